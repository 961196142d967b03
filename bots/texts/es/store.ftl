store-failed = El almacén falló. El registro dice qué pasó.
store-silent = El almacén no responde. ¿Está en marcha el servidor de REDIS_URL?
store-never-came = Ningún almacén respondió en { $seconds } s. ¿Está en marcha el servidor de REDIS_URL?
store-not-ready = El almacén está ahí, pero aún no está listo. Prueba de nuevo en un momento.
store-full = El almacén está lleno. No admite nada más hasta que haya sitio.
store-replica = El almacén no admite escrituras: REDIS_URL debe nombrar el primario, o usa REDIS_MODE=sentinel.
store-not-permitted = El almacén rechazó una orden: al usuario de REDIS_URL le falta un permiso.
store-login = El almacén rechazó el acceso. Revisa usuario y contraseña en REDIS_URL.
store-no-cluster = Ningún nodo del clúster responde, o el servidor no es un clúster.
store-no-sentinels = REDIS_MODE=sentinel necesita REDIS_SENTINELS: host:puerto de cada uno, separados por comas.
store-no-nodes = REDIS_MODE=cluster necesita REDIS_URL: uno o varios nodos, separados por comas.
store-address = REDIS_URL debe empezar por redis://, rediss:// o unix://.
store-no-server = El almacén incluido no funciona en este sistema ({ $why }). Instala Valkey o Redis y define REDIS_URL, por ejemplo REDIS_URL=redis://127.0.0.1:6379/0.
store-strange-folder = La carpeta { $path } es de otra persona. Define un DATA_DIR más corto.
store-long-path = La ruta de DATA_DIR es demasiado larga para un socket. Define una más corta.
store-disk-full = El disco de { $path } está lleno. El almacén necesita un poco de sitio.
store-forbidden = El almacén no puede escribir en { $path }. Revisa su dueño o define otro DATA_DIR.
store-no-locks = El sistema de archivos de { $path } no tiene bloqueos. Define DATA_DIR en un disco local.
store-no-folder = { $path } no puede ser una carpeta, porque hay un archivo en su lugar. Define DATA_DIR en otro sitio.
store-unusable = El almacén no puede usar { $path }: { $reason }.
store-too-slow = El almacén no respondió en { $seconds } s. Su registro es { $path }/valkey.log.
store-damaged = Los datos del almacén en { $path } están dañados. Pon una copia de seguridad de esa carpeta en su lugar.
store-ended = El almacén terminó al arrancar (código { $code }). Su registro es { $path }/valkey.log.
store-no-turn = No hay ningún trabajo { $job } que se pueda repetir.
store-turn-runs = El trabajo { $job } no ha terminado.
