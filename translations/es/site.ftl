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
