status-job = ⚙️ { $stage ->
    [rendering] Se está generando un vídeo
    [submitting] Va a empezar a generarse un vídeo
    [rendered] Un vídeo está a punto de llegar
    [delivering] Se está enviando un vídeo
    [uploading] Se está recibiendo un archivo
    [looking] Estoy comprobando qué pasó con el último mensaje
   *[other] Estoy trabajando en un mensaje
}{ $waiting ->
    [0] .
    [one] ; espera uno más.
   *[other] ; esperan { $waiting } más.
}
status-empty = { $media ->
    [0] Aún no hay nada en la línea de tiempo. Envíame una canción y dime qué quieres.
    [one] Tengo tu archivo, pero aún no hay nada en la línea de tiempo. Dime qué quieres, por ejemplo «crea un vídeo de esta música con visualizador y cortes al ritmo».
   *[other] Tengo tus { $media } archivos, pero aún no hay nada en la línea de tiempo. Dime qué quieres, por ejemplo «crea un vídeo de esta música con visualizador y cortes al ritmo».
}
status-timeline = Línea de tiempo ({ $count ->
    [one] 1 pista
   *[other] { $count } pistas
}):
status-more = … y { $count } más
status-track-video = Vídeo
status-track-audio = Música
status-track-text = Título
status-track-other = Pista
status-track-empty = vacía
status-segments = { $count } clips ({ $span })
status-project = Proyecto
status-change-added = { $kind }: añadido { $name }
status-change-removed = { $kind }: quitado { $name }
status-change-moved = { $kind } { $name }: movido
status-change-resized = { $kind } { $name }: duración
status-change-volume = { $kind } { $name }: volumen
status-change-text = { $kind } { $name }: texto
status-change-renamed = { $kind } { $name }: nombre
status-change-canvas = Formato
status-change-style = { $kind }, { $look }
status-look = { $name ->
    [accent] color
    [color] color
    [background] fondo
    [palette] colores
    [cuts] cortes
    [style] estilo
    [font] letra
    [effect] efecto
    [filter] filtro
    [transition] transición
    [animation] animación
    [fps] fotogramas por segundo
    [artist] artista
   *[other] aspecto
}
status-change-media = { $kind } { $name }: material
status-change-other = { $kind } { $name }: cambiado
status-undelivered = El vídeo está listo y antes no se pudo publicar. Pulsa el botón y te lo traigo.
status-line = { $label }: { $what }
status-comma = { ", " }
status-quoted = «{ $text }»
