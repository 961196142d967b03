errors-timeline-gone = El editor ya no conocía este proyecto, así que empecé uno nuevo. La línea de tiempo anterior y sus archivos se perdieron.
errors-broke-off = La respuesta se cortó ahí. Comprobé la línea de tiempo: lo que estaba hecho sigue ahí.
errors-broke-off-unchanged = La respuesta se cortó ahí y nada cambió en la línea de tiempo. Puede haberse contado. ¿Probamos otra vez?
errors-doubtful-message = No pude ver si tu último mensaje llegó. No lo envié otra vez para que no pagues dos veces. ¿Lo envío de nuevo?
errors-doubtful-delivery = No pude ver si el vídeo llegó a este chat. Si no está arriba, pulsa el botón y lo envío otra vez.
errors-doubtful-upload = No pude ver si tu archivo llegó. ¿Lo envío de nuevo?
errors-nothing-seen = La respuesta no llegó entera y no ha aparecido ningún cambio. El mensaje sí llegó, así que puede haberse contado. ¿Probamos otra vez?
errors-token-expired = El editor no acepta ahora la cuenta de este bot. El operador tiene que revisar su token.
errors-session-not-found = El editor perdió este proyecto y también uno nuevo. Inténtalo en unos minutos.
errors-session-renewed = No puedo saber si tu mensaje se llevó a cabo antes de eso, así que no lo repetí. Envía otra vez la canción si estaba en el proyecto anterior, o pulsa el botón para repetir el mensaje.
errors-out-of-credits = { $anonymous ->
    [yes] Los créditos gratuitos se acabaron. Regístrate para seguir:
   *[other] Los créditos se acabaron. Recarga tu cuenta para seguir:
}
errors-unsupported-file = { $why ->
    [convert] El editor no acepta { errors-which-file } en este formato. Conviértelo a MP3 o WAV y envíalo otra vez.
    [empty] { errors-which-file } está vacío. Compruébalo y envíalo otra vez.
    [disguise] { errors-which-file } no contiene música, vídeo ni imagen que se pueda leer, diga lo que diga su nombre. Guárdalo otra vez como MP3, WAV, MP4 o JPG y envíalo.
   *[type] No puedo usar { errors-which-file }. Acepto MP3, WAV, M4A, AAC, FLAC, OGG, MP4, MOV, AVI, WEBM, MKV, JPG, PNG, GIF y WEBP.
}
errors-file-too-large = El límite es 200 MB y { errors-which-file } es mayor: comprímelo (un MP3 ocupa una décima parte de un WAV) o recórtalo.
errors-message-too-long = Ese mensaje es más largo de lo que admite el editor. Dilo con menos palabras.
errors-which-file = { $name ->
    [unnamed] este archivo
   *[other] { $name }
}
errors-client-id-missing = El editor rechazó a este bot. El operador tiene que mirar el registro.
errors-export-blocked = { $anonymous ->
    [yes] Para exportar hace falta una cuenta registrada (es cosa del plan, no de los créditos). Regístrate aquí:
   *[other] El plan de esta cuenta no permite exportar (es cosa del plan, no de los créditos). Mejóralo aquí:
}
errors-rate-limited = El editor nos pide ir más despacio. Inténtalo en un minuto.
errors-account-limited = El editor no da ahora ninguna cuenta a este bot: el límite es una por semana. El operador puede fijar NEMO_TOKEN para seguir enseguida.
errors-session-busy = El editor sigue ocupado con este proyecto. Inténtalo en un momento.
errors-not-sent = No pude conectar con el editor. No se envió nada ni se contó nada. Inténtalo en un momento.
errors-unreachable = El editor no responde ahora. Inténtalo en un momento.
errors-bad-answer = El editor dio una respuesta que no entiendo. Inténtalo otra vez; si vuelve a pasar, el operador encontrará el motivo en el registro.
errors-unknown-code = El editor no pudo terminar esto. Inténtalo otra vez; si vuelve a pasar, el operador encontrará el motivo en el registro.
errors-render-unknown = El editor ya no conoce ese vídeo.
errors-render-failed = { $reason ->
    [disk-full] La generación falló: el disco del estudio está lleno. Tu borrador está a salvo; haz sitio y di «exportar».
   *[other] La generación falló dos veces. Tu borrador está a salvo; di «exportar» para intentarlo otra vez o cambia algo antes.
}
errors-render-lost = El vídeo no terminó a tiempo. Tu borrador está a salvo; di «exportar» para intentarlo otra vez.
errors-file-unavailable = { $reason ->
    [too-large] { $name } es demasiado grande. El límite es { $limit } MB: comprímelo (un MP3 ocupa una décima parte de un WAV) o recórtalo.
    [too-large-for-platform] { $name } supera lo que este chat deja leer a un bot ({ $limit } MB). Tres salidas: pega un enlace directo, envía un archivo más pequeño (MP3 en vez de WAV) o usa el bot con su propio servidor Bot API.
    [gone] { $name } ya no está. Envíalo otra vez.
    [disk-full] Mi disco está lleno y no pude recibir { $name }. El operador tiene que hacer sitio; envíalo más tarde.
    [missing] No existe el archivo { $name }.
    [not-a-file] { $name } no es un archivo.
    [forbidden] No puedo leer { $name }.
    [link] No pude obtener { $name } de esa dirección. Tiene que ser pública y llevar directamente al archivo; compruébala o envíame el archivo.
   *[other] No pude obtener { $name }. Envíalo otra vez.
}
errors-queue-full = Ya esperan { $limit } mensajes en este canal. Déjame terminar algunos o cancela uno.
errors-parked = Algo en esta petición me rompe cada vez, así que la aparté (trabajo { $job }). El operador puede verla. Lo demás sigue.
errors-undelivered = El vídeo está listo, pero no puedo publicarlo aquí{ $permission ->
    [none] .
   *[other] : falta el permiso «{ $permission }». Concédelo y pulsa el botón.
}
errors-store-down = Ahora no puedo guardar mensajes, así que no tomé este. Envíalo otra vez en un minuto.
errors-unexpected = Algo falló por mi parte. Nada se envió dos veces. Inténtalo otra vez.
errors-video-too-large = El vídeo terminado es demasiado grande para traerlo aquí. Prueba con un corte más corto.
errors-video-unfetched = El vídeo está hecho, pero no pude traerlo. Pulsa el botón y lo intento otra vez.
errors-export-not-taken = El editor no aceptó la exportación. Tu borrador está a salvo; di «exportar» para intentarlo otra vez.
