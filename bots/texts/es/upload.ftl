upload-stored = 🎵 { $count ->
    [one] Tengo { $names }.
   *[other] Tengo { $count } archivos: { $names }.
}
upload-what-now = Ahora dime qué quieres, por ejemplo «crea un vídeo de esta música con visualizador y cortes al ritmo».
upload-wanted = Envíame la canción aquí mismo, como archivo adjunto o enlace directo. MP3, WAV, AAC y FLAC van mejor, 200 MB como máximo; con menos de 90 segundos es más rápido y animado.
