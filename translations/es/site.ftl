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
