watch-download = Descargar
watch-gone = Este vídeo ya no está aquí, o el enlace no está completo.
watch-none = En este proyecto aún no se ha hecho ningún vídeo.
