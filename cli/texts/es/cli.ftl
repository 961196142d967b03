cli-you = Tú
cli-demo-prompt = crea un vídeo de esta música con visualizador y cortes al ritmo
cli-demo-done = ✅ { $path }
    { $length } · { $mb } MB · { $width }×{ $height } · hecho en { $took }
cli-demo-failed = Esta vez no hay vídeo.
cli-starting = Arrancando el estudio…
cli-chat-welcome = From Music. Suelta una canción en esta ventana (o escribe su ruta), di qué quieres y pulsa Intro. /help ayuda, Ctrl-D sale.
cli-chat-bye = Adiós. Tus proyectos se quedan; `from-music chat` sigue donde lo dejaste.
cli-chat-no-button = No hay ningún botón { $number }.
cli-interrupted = Parado. El proyecto se guarda: from-music chat --name { $chat } sigue con él.
cli-missing = No existe el archivo { $path }.
cli-not-a-file = { $path } no es un archivo.
cli-forbidden = No puedo leer { $path }.
cli-empty-file = { $path } está vacío.
cli-out-dir = No puedo escribir vídeos en { $path }: { $reason }.
cli-run-nothing = Ninguna plataforma tiene token. Define DISCORD_TOKEN o TELEGRAM_TOKEN (mira .env.example), o habla aquí: from-music chat
cli-run-ready = { $platform } está lista.
cli-run-stopping = Parando: entrego el trabajo…
cli-jobs-none = No hay trabajos.
cli-jobs-unknown = No existe el trabajo { $job }.
cli-jobs-cancelled = { $outcome ->
    [queued] El trabajo { $job } salió de la cola.
    [running] El trabajo { $job } se está parando.
   *[gone] El trabajo { $job } ya terminó.
}
cli-jobs-redelivered = El trabajo { $job } se entregará otra vez como { $new }.
cli-jobs-nothing-to-deliver = El trabajo { $job } no tiene ningún vídeo terminado.
cli-sse-missing = No puedo leer { $path }.
cli-invite-id = ¿Qué aplicación? Define DISCORD_TOKEN o di --client-id con el id del portal de desarrolladores.
cli-sse-large = { $path } es demasiado grande para una grabación: { $mb } MB es el límite.
cli-why-text = ¿Qué mensaje? Prueba: from-music why "hazlo vertical y exporta"
cli-chat-expired = Ese botón es de un trabajo que ya no se conoce. Dilo con palabras.
cli-studio-folder = El estudio no puede usar { $path }: { $reason }.
cli-studio-ended = El estudio no arrancó. Lo último que dijo: { $reason }
cli-studio-silent = El estudio no respondió a tiempo. Su registro es { $path }.
cli-studio-other = Otro proceso lleva el estudio de esta carpeta de datos, pero no responde. Termina ese proceso o elige otro DATA_DIR.
