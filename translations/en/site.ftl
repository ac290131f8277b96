# The words of the reader's site.

date = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Around every page

skip-to-content = Skip to the content
navigation-sections = Sections
navigation-all = All sections
navigation-breadcrumb = Where this stands
navigation-about = About this site
search = Search
copyright = © { $year } { $owner }
page-title = { $title } | { $site }

## Kinds of story

kind-news = News
kind-opinion = Opinion
kind-analysis = Analysis
kind-interview = Interview
kind-explainer = Explainer
kind-editorial = Editorial
kind-readout = Readout
kind-advisory = Advisory
kind-live = Live

## A story

photo = Photo:
published = Published { $date }
updated = Updated { $date }
by = By
translations = Also in
share = Share
share-email = E-mail
share-device = Share…
share-copy = Copy link
share-copied = Link copied
corrections = { $count ->
    [one] Correction
   *[other] Corrections
}
correction-date = { $date }:
related = Related
related-label = RELATED:
suggested = More on this
table = Table

## Lists of stories

front-empty = Nothing has been published yet.
section-stories = Stories in { $section }
section-empty = There are no stories in this section yet.
subsections = Within { $section }
author-stories = Stories by { $author }
author-empty = No stories have been published under this name yet.
author-links = Elsewhere
pagination = Pages
pagination-first = Newest
pagination-newer = Newer
pagination-older = Older

## Search

search-title = Search
search-field = Search for
search-section = Section
search-section-any = All sections
search-from = From
search-until = Until
search-filters = Narrow the search
search-submit = Search
search-results = Results
search-count = { $count ->
    [0] No stories match “{ $query }”.
    [one] { $count } story matches “{ $query }”.
   *[other] { $count } stories match “{ $query }”.
}
search-count-all = { $count ->
    [0] No stories match.
    [one] { $count } story matches.
   *[other] { $count } stories match.
}
search-hint-none = Try fewer or other words, or a wider span of dates.
search-suggestion = Did you mean
search-better = Better matches
search-more = More matches
search-problem-dates = The first date is after the last one. Swap them and search again.
search-problem-date-form = A date could not be read. Write it as year-month-day, such as 2021-12-07.
search-problem-long = The question is too long. Use fewer words.

## Pages that cannot be shown

error-404-title = There is no page at this address
error-404-text = The address may be mistyped, or the page may have been moved without leaving a note.
error-410-title = This page has been withdrawn
error-410-story = Withdrawn: { $headline }
error-410-text = It was published here and is no longer available.
error-410-note = A note from the editors
error-500-title = The page could not be shown
error-500-text = Something went wrong on our side. Please try again in a moment.
error-500-reference = If it happens again, tell us this reference:
error-503-title = The site is not ready yet
error-503-text = It is starting or being looked after. Please try again in a minute.
error-home = Go to the front page
error-search = Search the site
