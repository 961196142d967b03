answers-cancel-queued = ⏹️ Fuera de la cola. No se envió ni se contó nada.
answers-cancel-paid = ⏹️ Detenido. El editor ya había empezado, así que ese mensaje puede haberse contado y su cambio puede aparecer aún en la línea de tiempo.
answers-cancel-unpaid = ⏹️ Detenido. No se contó nada.
answers-cancel-unknown = ⏹️ Detenido. No puedo ver si el editor había empezado; puede haberse contado.
answers-cancel-running = ⏹️ Deteniendo…
answers-cancel-nothing = Aquí no hay nada en marcha.
answers-help = 🎬 Suelta una canción aquí y di qué quieres; vuelve un vídeo musical terminado.
    • «crea un vídeo de esta música con visualizador y cortes al ritmo»
    • después: «título "Night Drive" 3 segundos», «en vertical», «barras azules», «música al 35%», «solo los primeros 30 segundos», «deshacer»
    • «exportar» envía el MP4, «estado» muestra la línea de tiempo, «créditos» el saldo, «cancelar» detiene.
    Consejos: menos de 90 segundos es más rápido y animado; di qué y cuándo; MP3, WAV, AAC y FLAC van mejor, 200 MB como máximo; el MP4 se ve en todas partes.
    Comandos: /video /edit /export /status /queue /cancel /undo /projects /new /credits /format /language /settings /why /help
answers-tips = 💡 Con menos de 90 segundos es más rápido y animado; MP3, WAV, AAC y FLAC van mejor, 200 MB como máximo; di en concreto qué quieres y cuándo; el MP4 se ve en todas partes. /help cuenta más.
answers-tips-vague = 💡 Cuanto más concreto, mejor: «título "Night Drive" los primeros 3 segundos, barras azules» sirve más que «que quede genial». Con menos de 90 segundos es más rápido y animado.
answers-keep-or-strip = Déjalo todo así o di qué quito, por ejemplo «quita el título» o «silencia la música».
answers-edit-which = ¿Qué cambio? Escríbelo sin más, por ejemplo «en vertical» o «barras azules».
answers-why-which = ¿Qué palabras leo? Por ejemplo: /why hazlo vertical y exporta.
answers-why-clause = «{ $clause }»
answers-why-file = el archivo adjunto
answers-why-intent = { $intent ->
    [EXPORT] el MP4 (EXPORT)
    [CREDITS] el saldo (CREDITS)
    [STATUS] qué hay en la línea de tiempo y cómo va el trabajo (STATUS)
    [UPLOAD] un archivo que recibir o que pedir (UPLOAD)
    [CHAT] va al editor de video con estas palabras (CHAT)
    [nothing] no pide nada
   *[other] el comando { $intent }
}
answers-why-rule = { $rule ->
    [attachment] {""}
    [verb] : un comando
    [slash-command] : un comando con barra
    [address] : la dirección de un archivo
    [none] { $note ->
        [turned-off] : la frase anterior dice que no
        [shown] : una de las palabras o señales que se muestran
        [no-file] : no vino ningún archivo
        [file] : junto a un archivo esto pide hacerlo
        [bare-noun] : una palabra suelta junto a un cambio no es una petición
        [about] : habla de una acción, no la pide
        [too-long] : demasiado largo para un comando
       *[other] : no hay ningún comando
    }
   *[other] : por la regla { $rule }{ $note ->
        [mended] , con una errata corregida
       *[other] {""}
    }
}
answers-queue = { $count ->
    [0] Aquí no espera nada.
   *[other] La cola de este canal:
    { $lines }
}
answers-projects-new = { $had ->
    [yes] Hay un proyecto nuevo abierto. El anterior se conserva; /projects vuelve a él.
   *[other] Hay un proyecto nuevo abierto. Envíame una canción.
}
answers-projects-list = { $count ->
    [0] { $open ->
        [yes] «{ $name }» está abierto y es el único proyecto aquí. /new empieza otro.
       *[no] Aquí aún no hay proyectos. Envíame una canción.
    }
   *[other] { $open ->
        [yes] «{ $name }» está abierto. Los demás aquí (vuelve con /projects y un número):
       *[no] Tus proyectos aquí (vuelve con /projects y un número):
    }
    { $lines }
}
answers-projects-unknown = No existe el proyecto { $number }. Hay { $count }.
answers-projects-resumed = De vuelta en «{ $name }».
answers-language-which = Hablo English, 中文 (简体, 繁體) y Español. Ahora: { $current }. Cámbialo con /language zh.
answers-language-set = Hablaré español contigo.
answers-settings-show = Idioma: { $language } (cámbialo con /language).
    MP4 tras cada mensaje: { $export } (cámbialo con /settings changed, asked u offer).
answers-settings-export = { $export ->
    [changed] Haré un MP4 después de cada mensaje que cambie el vídeo.
    [asked] Haré un MP4 solo cuando lo pidas.
   *[other] Ofreceré el MP4 con un botón.
}
answers-language-auto = Hablaré en el idioma en que escribas.
