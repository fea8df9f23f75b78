# The demonstration's people and answers, as they were sent to debriefd.

waves <- c("pre", "post", "fu")
sectors <- c("politics", "business", "academia", "state")
core <- sectors[1:3] # a third each is wanted

read_json <- function(path) jsonlite::fromJSON(path, simplifyVector = FALSE)
member <- function(list, name) vapply(list, function(one) one[[name]], one <- list[[1]][[name]])

# Each item's and each measure's definition, by wave and id.
read_instruments <- function(directory) {
    instruments <- lapply(waves, function(wave) read_json(file.path(directory, paste0(wave, ".json"))))
    names(instruments) <- waves
    lapply(instruments, function(one) {
        items <- one$items; names(items) <- member(one$items, "id")
        measures <- one$measures; names(measures) <- member(one$measures, "id")
        list(items = items, measures = measures)
    })
}

# The answers by participant: a token says whose they are.
read_answers <- function(stem) {
    invitations <- read_json(paste0(stem, "-invitations.json"))$invitations
    whose <- member(invitations, "participant"); names(whose) <- member(invitations, "token")
    lines <- lapply(readLines(paste0(stem, ".ndjson")), jsonlite::fromJSON, simplifyVector = FALSE)
    answers <- lapply(lines, function(line) line$evaluation$answers)
    names(answers) <- whose[member(lines, "token")]
    answers
}

read_codes <- function(path) {
    if (file.size(path) == 0) return(character())
    table <- read.table(path, colClasses = "character")
    setNames(table[[2]], table[[1]])
}

read_trip <- function(directory, code) {
    stem <- function(wave) file.path(directory, paste0(code, "-", wave))
    list <- read_json(file.path(directory, paste0(code, "-delegates.json")))$delegates
    people <- data.frame(id = member(list, "id"), person = member(list, "person"), sector = member(list, "sector"),
                         is_staff = member(list, "is_staff"), travelled = member(list, "travelled"))
    trip <- list(people = people, delegates = people[!people$is_staff & people$travelled, ])
    for (wave in waves)
        trip[[wave]] <- list(answers = read_answers(stem(wave)), codes = read_codes(paste0(stem(wave), "-dispositions")))
    for (wave in waves) {
        dispositions <- sapply(trip$delegates$id, function(id) disposition(trip, wave, id))
        trip[[wave]]$dispositions <- dispositions
        # Who broke off counts as a refusal.
        trip[[wave]]$answers <- trip[[wave]]$answers[names(dispositions)[dispositions %in% c("I", "P")]]
    }
    trip
}

# Whether it was asked: a condition is on an earlier answer.
is_shown <- function(item, answers) {
    condition <- item$show_if
    if (is.null(condition)) return(TRUE)
    value <- answers[[condition$item]]
    if (is.null(value) || is_missing(value)) return(FALSE)
    if (!is.null(condition$min)) return(value >= condition$min)
    any(unlist(value) %in% unlist(condition[["in"]]))
}
is_missing <- function(value) is.list(value) && !is.null(names(value)) && "missing" %in% names(value)

scored <- c("rating", "nps", "single", "multiple", "matrix", "ranking", "binary", "count")

# I with 80 % of the questions that were asked, P with half of them, R below; of who sent nothing, what is known.
disposition <- function(trip, wave, id) {
    answers <- trip[[wave]]$answers[[id]]
    if (is.null(answers)) return(if (id %in% names(trip[[wave]]$codes)) trip[[wave]]$codes[[id]] else "UE")
    asked <- Filter(function(item) item$type %in% scored && is_shown(item, answers), instruments[[wave]]$items)
    given <- sapply(asked, function(item) !is.null(answers[[item$id]]) && !is_missing(answers[[item$id]]))
    if (mean(given) >= .8) "I" else if (mean(given) >= .5) "P" else "R"
}

# The eligible of a wave.
frame_of <- function(trip, wave) {
    frame <- trip$delegates
    frame$disposition <- unname(trip[[wave]]$dispositions)
    frame <- frame[frame$disposition != "NE", ]
    frame$sector <- factor(frame$sector, sectors)
    frame
}

# One item's answers of the frame, scored; NA without one.
scores <- function(trip, frame, wave, id) {
    item <- instruments[[wave]]$items[[id]]
    x <- sapply(frame$id, function(person) {
        value <- trip[[wave]]$answers[[person]][[id]]
        if (is.null(value) || is_missing(value)) NA else as.numeric(value)
    })
    unname(if (isTRUE(item$reverse)) item$scale$min + item$scale$max - x else x)
}

# A measure's items as a matrix, a row a person; an item may be of another wave.
measured <- function(trip, frame, wave, measure)
    sapply(measure$items, function(item) {
        if (is.list(item)) scores(trip, frame, item$wave, item$item) else scores(trip, frame, wave, item)
    })
scale_of <- function(wave, measure) {
    last <- measure$items[[length(measure$items)]]
    instruments[[wave]]$items[[if (is.list(last)) last$item else last]]$scale
}
