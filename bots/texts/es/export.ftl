export-nothing-yet = { $media ->
    [0] Aún no hay nada que exportar. Primero envíame una canción y dime qué quieres.
   *[other] Aún no hay nada que exportar. Primero dime qué quieres, por ejemplo «crea un vídeo de esta música con visualizador y cortes al ritmo».
}
export-submitting = 🎞️ Enviando al motor de vídeo…
export-progress = 🎞️ Generando… { $percent } %
export-slow = Este vídeo tarda más de lo normal. Sigo mirando y te lo traigo en cuanto esté.
export-offered = El borrador está listo. ¿Hago el MP4?
export-superseded = ⏭️ Un mensaje más nuevo lo cambia; lo genero después de ese.
export-delivering = 📦 Trayéndolo…
export-ready = 🎉 { $name } está listo.
export-ready-copy = 🎉 { $name } está listo. Esta es una copia más pequeña que cabe en el chat; calidad completa: { $link }
export-ready-copy-no-link = 🎉 { $name } está listo. Esta es una copia más pequeña: el archivo completo no cabe en este chat y este bot no tiene dirección pública para un enlace.
export-ready-link = 🎉 { $name } está listo ({ $mb } MB): { $link }
export-ready-no-link = 🎉 { $name } está listo, pero con { $mb } MB no cabe en este chat y este bot no tiene dirección pública para un enlace. Prueba con un corte más corto o pide al operador que configure PUBLIC_URL.
