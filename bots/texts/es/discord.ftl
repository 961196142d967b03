discord-menu = Hacer un video con esto

discord-option-track = canción
discord-option-track-about = Tu música: MP3, WAV, AAC o FLAC van mejor; 200 MB como máximo
discord-option-file-about = Otro archivo: una imagen, un clip, otra canción
discord-option-prompt = deseo
discord-option-prompt-about = Lo que quieres, con tus palabras
discord-option-aspect = formato
discord-option-aspect-about = Forma de la imagen
discord-option-project = proyecto
discord-option-project-about = Número del proyecto en la lista
discord-option-title = título
discord-option-title-about = Cómo llamarlo
discord-option-language = idioma
discord-option-language-about = Idioma de mis palabras
discord-option-export = exportar
discord-option-export-about = Cuándo hacer el MP4
discord-option-text = texto
discord-option-text-about = Un mensaje que podrías escribirme
discord-option-topic = tema
discord-option-topic-about = Lo que quieres saber

discord-aspect-16x9 = 16:9 · horizontal
discord-aspect-9x16 = 9:16 · vertical
discord-aspect-1x1 = 1:1 · cuadrado
discord-aspect-4x5 = 4:5 · retrato
discord-aspect-21x9 = 21:9 · cine
discord-language-auto = como está Discord
discord-language-en = English
discord-language-zh-CN = 简体中文
discord-language-zh-TW = 繁體中文
discord-language-es = Español
discord-export-changed = después de cada cambio
discord-export-asked = solo si se pide
discord-export-offer = ofrecer un botón

discord-form-title = Nuevo video musical
discord-form-files = Tu canción, e imágenes si quieres
discord-form-words = ¿Qué quieres ver?
discord-form-words-hint = Un viaje nocturno, barras azules, el título «Night Drive» los primeros 3 segundos…
discord-form-aspect = Formato
discord-edit-title = Cambiar el video
discord-edit-words = ¿Qué cambio?
discord-edit-hint = Hazlo vertical; título en amarillo; solo los primeros 30 segundos…
discord-upload = Subir una canción

discord-taken = { $place ->
    [0] En ello. La tarjeta de este canal muestra cómo va.
    [one] Recibido. Un trabajo de este canal va antes.
   *[other] Recibido. { $place } trabajos de este canal van antes.
}
discord-token-hint = Discord me deja escribir aquí 15 minutos cada vez; después, pulsa Estado.
discord-expired = Ese botón es de un trabajo que ya no conozco. Envíame otra vez la canción y empiezo de nuevo.
discord-not-yours = Ese botón es para quien pidió este video y para moderadores.
discord-store-down = No pude guardar tu mensaje ahora, así que no empezó nada. Inténtalo de nuevo en un minuto.
discord-not-deleted = Discord no me dejó borrar ese mensaje.
discord-failed = No funcionó, y fue culpa mía. Inténtalo de nuevo.
discord-old-command = Este comando cambió. Recarga Discord (Ctrl+R) y elígelo otra vez.
discord-not-allowed = Aquí solo trabajo para personas y servidores de una lista. Quien me opera puede añadirte con { $line }.
discord-missing = No puedo responder en { $channel }. Me falta: { $names }. Un moderador puede concederlo en Editar canal → Permisos.
discord-missing-here = Aquí me falta un permiso: { $names }. Un moderador puede concederlo en Editar canal → Permisos.
discord-nothing = Deja una canción aquí y di qué quieres; vuelve un video musical terminado.
discord-cannot-see = No puedo ver el mensaje al que respondiste. Clic derecho → Aplicaciones → «Hacer un video con esto», o dame la canción aquí:
discord-no-track-there = En ese mensaje no hay ni archivo ni texto. Elige uno con una canción.
discord-unseen = Discord me oculta los mensajes que no me mencionan. Escribe @{ $name } antes de tus palabras o usa /editar.
discord-hears-all = Aquí leo todo en los hilos de proyecto y en los canales reservados; en otros sitios, mencióname.
discord-hears-mentions = Aquí veo lo que me menciona, los mensajes directos, los comandos y el menú de mensajes (sin Message Content).
discord-token-refused = Discord rechaza DISCORD_TOKEN. Copia el token del bot de https://discord.com/developers/applications → tu aplicación → Bot → Reset Token y defínelo de nuevo.
