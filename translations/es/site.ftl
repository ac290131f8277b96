# Las palabras del sitio para lectores.

date = { $day } de { $month } de { $year }
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

## Around every page

skip-to-content = Ir al contenido
navigation-sections = Secciones
navigation-all = Todas las secciones
navigation-breadcrumb = Ubicación
navigation-about = Sobre este sitio
search = Buscar
copyright = © { $year } { $owner }
page-title = { $title } | { $site }

## Kinds of story

kind-news = Noticias
kind-opinion = Opinión
kind-analysis = Análisis
kind-interview = Entrevista
kind-explainer = Claves
kind-editorial = Editorial
kind-readout = Comunicado
kind-advisory = Aviso
kind-live = En vivo

## A story

photo = Foto:
published = Publicado el { $date }
updated = Actualizado el { $date }
by = Por
translations = También en
share = Compartir
share-email = Correo
share-device = Compartir…
share-copy = Copiar enlace
share-copied = Enlace copiado
corrections = { $count ->
    [one] Corrección
   *[other] Correcciones
}
correction-date = { $date }:
related = Relacionado
related-label = RELACIONADO:
suggested = Más sobre el tema
table = Tabla

## Lists of stories

front-empty = Todavía no se ha publicado nada.
section-stories = Noticias de { $section }
section-empty = Todavía no hay noticias en esta sección.
subsections = Dentro de { $section }
author-stories = Artículos de { $author }
author-empty = Todavía no se ha publicado nada con esta firma.
author-links = En otros sitios
pagination = Páginas
pagination-first = Lo más reciente
pagination-newer = Más recientes
pagination-older = Anteriores

## Search

search-title = Búsqueda
search-field = Buscar
search-section = Sección
search-section-any = Todas las secciones
search-from = Desde
search-until = Hasta
search-filters = Acotar la búsqueda
search-submit = Buscar
search-results = Resultados
search-count = { $count ->
    [0] Ningún artículo coincide con «{ $query }».
    [one] { $count } artículo coincide con «{ $query }».
   *[other] { $count } artículos coinciden con «{ $query }».
}
search-count-all = { $count ->
    [0] Ninguna noticia coincide.
    [one] { $count } noticia coincide.
   *[other] { $count } noticias coinciden.
}
search-hint-none = Pruebe con menos palabras, con otras o con un período más amplio.
search-suggestion = Quizás quiso decir
search-better = Mejores coincidencias
search-more = Más coincidencias
search-problem-dates = La primera fecha es posterior a la última. Inviértalas y vuelva a buscar.
search-problem-date-form = No se entiende una de las fechas. Escríbala como año-mes-día, por ejemplo 2021-12-07.
search-problem-long = La consulta es demasiado larga. Use menos palabras.

## Discusiones

comments = { $count ->
    [0] 0 comentarios
    [one] { $count } comentario
   *[other] { $count } comentarios
}
comments-news = Comentarios nuevos:
comment-away = No se pudo enviar: no se alcanza el servidor. Lo escrito se queda aquí; inténtelo otra vez.
comments-none = Nadie ha dicho nada todavía. Sea el primero.
comments-on = Comentarios sobre «{ $headline }»
comment-on = Un comentario sobre «{ $headline }»
comments-under = Bajo
comments-all = Todos los comentarios
comments-order = Orden
comments-order-newest = Más recientes
comments-order-oldest = Más antiguos
comments-order-recommended = Más recomendados
comments-order-replied = Más respondidos
comments-more = Más comentarios
comments-more-answers = Más respuestas
comments-closed = Esta discusión está cerrada.
comments-close = Se aceptan comentarios hasta el { $date }.
comment-write = Escriba un comentario
comment-your-name = Su nombre
comment-your-words = Su comentario
comment-help = Puede escribir *énfasis*, **negrita**, > citas, listas y enlaces.
comment-send = Enviar
comment-answer = Responder
comment-answer-to = Responder a { $name }
comment-more = Denunciar, cambiar
comment-gone = Este comentario ya no está aquí.
comment-author = Autor de la noticia
comment-staff = Redacción
comment-picked = Elegido por la redacción
comment-edited = editado
comment-recommended = { $count ->
    [one] { $count } recomendación
   *[other] { $count } recomendaciones
}
comment-waits = Su comentario está guardado. Un moderador lo verá antes que los demás.
comment-refused = Los moderadores no han admitido este comentario: { $reason }.
refusal-insult = insulta a alguien
refusal-hate = ataca a personas por lo que son
refusal-off_topic = no tiene que ver con la noticia
refusal-spam = vende algo o se ha repetido muchas veces
refusal-privacy = cuenta lo que a nadie le incumbe
refusal-illegal = es contrario a la ley
refusal-other = por otro motivo
comment-edit = Cambiar su comentario
comment-edit-words = Como debería leerse
comment-edit-send = Guardar el cambio
comment-remove = Retirar su comentario
comment-appeal = Pedir que se vuelva a mirar
comment-appeal-words = Por qué debería admitirse
comment-appeal-send = Pedir
comment-recommend = Recomendar
comment-report = Denunciar este comentario
comment-report-why = ¿Qué tiene de malo?
comment-report-words = Algo más que los moderadores deban saber
comment-report-send = Denunciar
report-insult = Insulta a alguien
report-hate = Ataca a personas por lo que son
report-privacy = Cuenta lo que a nadie le incumbe
report-spam = Vende algo
report-illegal = Es contrario a la ley
report-other = Otra cosa
comment-done-reported = Gracias. Un moderador lo mirará.
comment-done-edited = Su cambio está guardado.
comment-done-appealed = Un moderador lo mirará de nuevo.
profile-since = Aquí desde el { $date }.
own-comments = Sus comentarios
own-comments-about = Lo que ha escrito en este navegador, lo más reciente primero.
own-comments-none = No se ha escrito nada en este navegador.
own-comments-export = Descargarlos
own-comments-forget = Retirarlos todos
own-comments-forget-about = Se retiran todos sus comentarios y su nombre. Lo que otros respondieron se queda. No se puede deshacer.
own-state-shown = Todos lo ven
own-state-waiting = Espera a un moderador
own-state-rejected = Los moderadores lo han rechazado

## Cuentas de lectores

own-account = Su cuenta
account-about = No necesita contraseña. Escriba su correo electrónico y le enviamos un enlace que le deja entrar.
account-email = Su correo electrónico
account-send-link = Envíenme un enlace
account-sent = Hemos enviado un enlace a { $email }.
account-sent-about = Ábralo en este navegador en los próximos 15 minutos. Le deja entrar una vez. Si no llega nada, mire si se tomó por correo no deseado.
account-open = Está a punto de entrar como { $email }.
account-sign-in = Entrar
account-again = Pedir un enlace nuevo
account-of = Ha entrado como { $email }. Lo que escribe aparece con este nombre:
account-rename = Guardar el nombre
account-profile = Su página
account-profile-about = Lo que ha escrito con este nombre está reunido en una página que todos ven; lo que escribió con otro, no.
account-follows = Discusiones que sigue
account-follows-none = No sigue ninguna. Bajo cada discusión puede pedir que se le envíe lo que se dice.
account-thread = un hilo
account-sessions = Dónde ha entrado
account-here = aquí
account-sign-out = Salir
account-data = Sus datos
account-export = Descargar todo lo que se guarda de usted
account-forget = Borrar mi cuenta
account-forget-about = Se retiran sus comentarios y se olvidan su nombre y su dirección. Lo que otros respondieron se queda. No se puede deshacer.
comment-account = Para escribir aquí, entre con su correo electrónico.
comment-keyed = Para escribir aquí hay que entrar, y su cuenta necesita una llave de acceso.
comment-keyed-provider = Para escribir aquí hay que entrar, y su cuenta necesita una llave de acceso, o que { $label } responda por usted.
comment-keyed-how = Si aún no tiene cuenta, pida que le enviemos un enlace y añada una llave de acceso a su cuenta. Lo que escribió se queda.
account-back = Volver adonde estaba
account-passkey = Entrar con una llave de acceso
account-passkey-script = Para entrar con una llave de acceso, active los scripts en este sitio.
account-provider = Entrar con { $label }
account-leave = De camino a { $label }
account-leave-on = Continuar a { $label }
account-passkeys = Llaves de acceso
account-passkeys-about = Con una llave de acceso entra sin esperar un correo. Vive en su dispositivo o en su gestor de contraseñas, no se puede adivinar, y ninguna página falsa se la puede quitar.
account-passkeys-script = Para añadir una llave de acceso, active los scripts en este sitio.
account-passkey-name = Cómo llamarla
account-passkey-example = Mi teléfono
account-passkey-add = Añadir una llave de acceso
account-passkey-remove = Quitar esta llave de acceso
account-added = añadida el { $date }
account-used = usada por última vez el { $date }
account-identities = Cuentas en otros servicios
account-identities-about = Quien pueda entrar en una cuenta enlazada aquí puede entrar en su nombre.
account-identity-link = Enlazar su cuenta de { $label }
account-identity-remove = Quitar este enlace
follow = Seguir por correo
follow-thread = Seguir este hilo por correo
follow-title = Correo sobre una discusión
follow-end = No me envíen más correo sobre esto
follow-ended = Ya no recibirá correo sobre esto.
account-link-elsewhere = Este enlace deja entrar al navegador que lo pidió, y este es otro. Ábralo allí, o pida uno aquí.
account-link-used = Este enlace ya dejó entrar a alguien, y lo hace una vez.
account-link-over = Este enlace es demasiado viejo, o está incompleto.
mail-link-subject = Su enlace a { $site }
mail-link-text =
    Abra este enlace en el navegador en el que lo pidió. Le deja entrar una vez, en los próximos 15 minutos:

    { $url }

    Si no lo pidió, no haga nada: sin ese navegador no sirve de nada.
mail-news-subject = Comentarios sobre «{ $headline }»
mail-news-text = En la discusión que sigue en { $site }:
mail-news-end = Para no recibir más correo sobre esto: { $url }

## Pages that cannot be shown

error-404-title = No hay ninguna página en esta dirección
error-404-text = Puede que la dirección esté mal escrita o que la página se haya movido sin dejar aviso.
error-410-title = Esta página ha sido retirada
error-410-story = Retirado: { $headline }
error-410-text = Se publicó aquí y ya no está disponible.
error-410-note = Nota de la redacción
error-500-title = No se pudo mostrar la página
error-500-text = Algo falló de nuestro lado. Vuelva a intentarlo en un momento.
error-500-reference = Si se repite, indíquenos esta referencia:
error-503-title = El sitio todavía no está listo
error-503-text = Está arrancando o en mantenimiento. Vuelva a intentarlo en un minuto.
error-home = Ir a la portada
error-search = Buscar en el sitio

## The channel

live = En vivo
audio-only = Solo audio
live-now = Ahora en vivo
live-watch = Ver el canal
live-on = En el aire
live-off = Fuera del aire
live-waiting = Esperando la emisión…
live-failed = La emisión no se puede reproducir aquí. Los enlaces de abajo llevan a ella.
live-about-this = Ahora en el aire: ver
live-story = Sobre la noticia
live-since = Desde las { $clock }
live-quality = Calidad
live-quality-auto = Automática
live-captions = Subtítulos
live-captions-off = Ninguno
live-edge = Al momento presente
live-seek = Posición en la emisión
live-present = En directo
live-behind = Detrás del directo
live-embed = Insertar
live-embed-how = Copie esto en una página suya: muestra allí el canal, con un enlace hasta aquí, y no deja cookies.
live-elsewhere = En otro reproductor
live-stream-video = Imagen y sonido (HLS)
live-stream-audio = Solo sonido (HLS)
live-stream-mp3 = Solo sonido para radios (MP3)
live-stream-aac = Solo sonido (AAC)
live-schedule = Próximamente
live-past = Para volver a ver
programme-goes-on = En el aire ahora
programme-length = Dura { $length }
chapters = Capítulos
video-file = Todo en un archivo (MP4)
live-nothing-planned = No hay nada planeado por ahora.

## La página de una reunión; véase web/meeting

meet-name = Su nombre, como lo verán los demás
meet-microphone = Micrófono
meet-microphone-on = Micrófono encendido
meet-microphone-off = Micrófono apagado
meet-microphone-denied = Micrófono no permitido
meet-microphone-missing = Sin micrófono
meet-microphone-busy = Micrófono ocupado
meet-camera = Cámara
meet-camera-on = Cámara encendida
meet-camera-off = Cámara apagada
meet-camera-denied = Cámara no permitida
meet-camera-missing = Sin cámara
meet-camera-busy = Cámara ocupada
meet-device = Dispositivo { $number }
meet-device-none = No se encontró ninguno
meet-level = Volumen de su micrófono
meet-ask = Pedir entrar
meet-enter = Entrar en la reunión
meet-lobby = A la espera de entrar
meet-lobby-text = Quien preside ve que está aquí y le dejará entrar. No tiene que hacer nada. Nadie le oye ni le ve todavía.
meet-returning = Volviendo a entrar
meet-withdraw = No esperar más
meet-was-refused = No se le dejó entrar. Puede volver a pedirlo.
meet-line-holds = Conectado
meet-line-lost = Se perdió la conexión. Volverá por sí sola.
meet-media-lost = Conectando sonido e imagen…
meet-times = { $from }–{ $to }, hora de { $city }
meet-time = { $time } en { $city }
meet-minutes = { $count } min
meet-closed-explained = A puerta cerrada: lo que se dice, se muestra y se escribe solo pueden oírlo, verlo y leerlo quienes están en la sala, y no el servidor.
meet-open-explained = Reunión abierta: no está sellada y puede emitirse.
meet-no-link = Este enlace no está completo
meet-no-link-text = El asiento de esta reunión está tras el enlace que recibió. Vuelva a abrirlo entero: lo que sigue a # es parte de él.
meet-no-browser = Este navegador no puede entrar
meet-no-browser-text = No puede sellar el sonido y la imagen, y nadie entra sin sellar. Pueden Chrome y Edge desde 141, Firefox desde 129 y Safari desde 17. Abra el enlace allí.
meet-you = { $name } (usted)
meet-muted = micrófono apagado
meet-hand-up = pide la palabra
meet-tile-lost = Conexión perdida
meet-tile-sealed = Lo que llega de aquí no se puede abrir
meet-screen = Mostrar su pantalla
meet-screen-stop = Dejar de mostrar
meet-screen-own = Se muestra su pantalla
meet-screen-of = La pantalla de { $name }
meet-hand = Pedir la palabra
meet-hand-lower = Bajar la mano
meet-view-gallery = Ver a todos
meet-view-speaker = Ver a quien habla
meet-panel = Orden del día, personas y chat
meet-controls = Controles
meet-agenda = Orden del día
meet-people = Personas
meet-chat = Chat
meet-chair = Presidencia
meet-leave = Salir
meet-leave-sure = Pulse otra vez para salir
meet-shortcuts = Teclas
meet-close = Cerrar
meet-unsilence = Activar el sonido
meet-not-begun = Aún no ha empezado
meet-under-way = En curso desde hace { $clock }
meet-trouble = Está fuera y no se envía nada suyo: { $why }
meet-come-back = Volver a entrar
meet-code = Código de los presentes
meet-compared = Comparado por { $count } de { $all }
meet-compared-by = Ha comparado el código
meet-confirm = Lo hemos comparado
meet-came = Entró: { $names }.
meet-went = Ya no está: { $names }.
meet-compare-again = El código ha cambiado. Léanlo de nuevo en voz alta.
meet-seen = Entendido
meet-door = En la puerta
meet-asks = { $name } pide entrar
meet-admit = Dejar entrar
meet-refuse = Rechazar
meet-key-invitee = La clave es la del invitado.
meet-key-stranger = La clave no es la del invitado. No le deje entrar: alguien la cambió por el camino.
meet-key-unknown = La clave aún no se ha comprobado.
meet-hands = Piden la palabra
meet-hands-none = Nadie por ahora
meet-floor-give = Dar la palabra
meet-floor-take = Terminar su turno
meet-floor-has = { $name } tiene la palabra, { $clock }
meet-spoken = Ha hablado { $clock }
meet-seat-free = Aún no está
meet-remove = Retirar
meet-remove-sure = Pulse otra vez para retirar
meet-free = Permitir usar el enlace de nuevo
meet-free-sure = Pulse otra vez para hacerlo
meet-agenda-whole = { $spent } de { $planned } en total
meet-item-on = Empezar
meet-item-dealt = Tratado
meet-item-left = Hoy no
meet-item-open = Aún no
meet-item-is-on = Ahora
meet-item-is-dealt = Tratado
meet-item-is-left = Queda para otra ocasión
meet-item-next = Siguiente punto
meet-chat-write = Escribir a todos
meet-chat-send = Enviar
meet-chat-closed = Sellado, y no se guarda. Quien llega después no lo ve.
meet-chat-open = No se guarda. Quien llega después no lo ve.
meet-chat-unread = sin leer
meet-begin = Empezar la reunión
meet-end = Terminar la reunión
meet-end-sure = Pulse otra vez para terminarla
meet-lock = Cerrar con llave
meet-unlock = Abrir la llave
meet-is-locked = La reunión está cerrada: nadie más puede pedir entrar.
meet-is-unlocked = La reunión no está cerrada: quien tenga enlace puede pedir entrar.
meet-photo = Foto oficial
meet-photo-take = Proponer una foto oficial
meet-photo-see = Ver la foto oficial
meet-photo-picture = La imagen propuesta
meet-photo-nobody = No hay ninguna cámara encendida. Encienda una antes.
meet-photo-failed = Este navegador no pudo hacer la imagen. Inténtelo de nuevo.
meet-photo-proposed = Nada sale de la reunión hasta que la presidencia de cada parte apruebe esta imagen.
meet-photo-coming = La imagen está en camino.
meet-photo-false = La imagen recibida no es la propuesta. Rechácela y pida otra.
meet-photo-is-approved = Todas las partes la aprobaron. Quien la propuso puede publicarla.
meet-photo-approved-own = Todas las partes la aprobaron. Al entregarla, la redacción la tendrá.
meet-photo-is-declined = Fue rechazada y no sale de la reunión.
meet-photo-released = Fue entregada y está en el archivo de la redacción.
meet-photo-approved = aprobada
meet-photo-declined = rechazada
meet-photo-undecided = aún sin decidir
meet-photo-caption = { $title }: { $parties }, { $day }
meet-approve = Aprobar
meet-decline = Rechazar
meet-caption = Pie
meet-credit = Crédito
meet-release = Entregar a la redacción
meet-release-sure = Pulse otra vez: sale de la reunión
meet-stage-refused = No puede entrar con este enlace
meet-stage-left = Ha salido
meet-stage-left-text = Ya no se le oye ni se le ve.
meet-stage-removed = Ya no está en esta reunión
meet-stage-removed-text = Quien preside le retiró o permitió usar su enlace en otro dispositivo.
meet-stage-displaced = Este asiento se abrió en otra ventana
meet-stage-displaced-text = Cada asiento está en una sola ventana.
meet-stage-ended = La reunión ha terminado
meet-stage-ended-text = Nada de lo dicho, mostrado o escrito se ha guardado.
meet-stage-cancelled = Esta reunión no se celebra
meet-stage-cancelled-text = Fue cancelada.
meet-ended-times = Se celebró de { $from } a { $to }, hora de { $city }, y duró { $length }.
meet-come-in-again = Volver a entrar
meet-use-here = Usarlo aquí
meet-readout = El comunicado de su parte
meet-readout-of = En nombre de { $party }. Los lectores lo verán cuando lo publique.
meet-readout-headline = Titular
meet-readout-body = Texto (Markdown)
meet-readout-save = Guardar
meet-readout-release = Publicarlo
meet-readout-sure = Pulse otra vez: lo verán los lectores
meet-readout-saving = Guardando…
meet-readout-saved = Guardado como borrador.
meet-readout-none = Aún no hay nada escrito.
meet-readout-is-released = Publicado: los lectores pueden verlo.
meet-readout-empty = Escriba un titular y un texto antes de publicarlo.
meet-told-begun = La reunión ha empezado.
meet-told-ended = La reunión ha terminado.
meet-told-in = { $name }, de { $party }, ha entrado.
meet-told-out = { $name }, de { $party }, ya no está.
meet-told-lost = { $name } perdió la conexión.
meet-told-back = { $name } ha vuelto.
meet-told-hand = { $name } pide la palabra.
meet-told-screen = { $name } muestra una pantalla.
meet-told-floor = { $name } tiene la palabra.
meet-told-floor-own = Usted tiene la palabra.
meet-told-item = Ahora en el orden del día: { $title }.
meet-told-photo = Se propone una foto oficial.
meet-key-m = Micrófono
meet-key-v = Cámara
meet-key-s = Mostrar su pantalla o dejar de hacerlo
meet-key-h = Pedir la palabra o retirarla
meet-key-g = Todos o quien habla
meet-key-a = Orden del día
meet-key-p = Personas
meet-key-c = Chat
meet-key-k = Actos de la presidencia
meet-key-i = Dejar entrar a quien más ha esperado
meet-key-n = Siguiente punto
meet-key-l = Al botón de salir
meet-key-help = Estas teclas
meet-script = Una reunión necesita scripts, pues sella lo que se dice en su propio navegador. Actívelos para este sitio.
# Los relojes de una zona, que lleva el nombre de su ciudad.
zone-time = hora de { $city }
city-asia-calcutta = Calcuta
city-europe-kiev = Kiev
city-asia-saigon = Ciudad Ho Chi Minh
city-europe-moscow = Moscú
city-europe-london = Londres
city-europe-paris = París
city-europe-berlin = Berlín
city-europe-vienna = Viena
city-europe-zurich = Zúrich
city-europe-rome = Roma
city-europe-kyiv = Kiev
city-europe-warsaw = Varsovia
city-europe-istanbul = Estambul
city-europe-athens = Atenas
city-europe-brussels = Bruselas
city-europe-lisbon = Lisboa
city-europe-copenhagen = Copenhague
city-europe-stockholm = Estocolmo
city-america-new-york = Nueva York
city-america-los-angeles = Los Ángeles
city-america-mexico-city = Ciudad de México
city-america-bogota = Bogotá
city-america-havana = La Habana
city-america-sao-paulo = São Paulo
city-asia-tokyo = Tokio
city-asia-shanghai = Shanghái
city-asia-hong-kong = Hong Kong
city-asia-tehran = Teherán
city-asia-jerusalem = Jerusalén
city-asia-kolkata = Calcuta
city-asia-seoul = Seúl
city-asia-singapore = Singapur
city-africa-cairo = El Cairo
city-africa-johannesburg = Johannesburgo
length-short = menos de 1 min
length-minutes = { $minutes } min
length-hours = { $hours } h
length-hours-and-minutes = { $hours } h { $minutes } min

record-title = Reuniones
record-meetings = Reuniones
record-none = No hay nada que contar de ninguna reunión.
record-state-planned = Próxima reunión
record-state-under_way = La reunión está en curso
record-state-ended = La reunión ha terminado
record-state-cancelled = La reunión fue cancelada
record-state-recorded = Acta de la reunión
record-to-come = Su acta aún no se ha publicado.
record-closed = a puerta cerrada
record-open = en público
record-by-video = por video
record-advisory = Aviso
record-parties = Partes
record-who = Quién estuvo
record-agenda = Orden del día
record-minutes = { $minutes } min
record-item-open = no se trató
record-item-on = se trata ahora
record-item-dealt = tratado
record-item-left = quedó para otra vez
record-decisions = Decisiones
record-follow-ups = Lo que sigue
record-due = hasta el { $date }
record-readouts = Comunicados
record-readouts-hint = Lo que cada parte dice de la reunión, con sus propias palabras.
record-released = Publicado el { $date }
record-readout-of = Comunicado de { $party }
record-stories = Artículos sobre ella
record-whole = El acta completa
