# Recomputes with R every internal number of the demonstration from the answers that were sent, and fails on any
# difference beyond the tolerances of the metric specification: 1e-8 as a rule, 1e-6 for what comes from quantiles of t
# or F, 1e-5 for bounds of d_z, 1e-3 for omega, and for what is drawn by chance (EI_perm_p, qap_p, and the bounds of
# Krippendorff's alphas with the verdict on them) the Monte-Carlo error of both sides.
#   demo.R DATA INSTRUMENTS ROWS: the demonstration's data directory, the directory of its instruments, and one with a
#   CODE.csv of internal rows for each trip and programme.csv
for (package in c("igraph", "jsonlite", "metafor", "psych", "sna", "survey"))
    if (!suppressWarnings(requireNamespace(package, quietly = TRUE))) {
        message("skipped: R package ", package, " is missing")
        quit(status = 77)
    }
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
for (part in c("statistics", "demo_data", "demo_ratings", "demo_learning", "demo_network", "demo_interviews", "demo_comparison"))
    source(file.path(here, paste0(part, ".R")))
set.seed(20261123)
TIGHT <- 1e-8
LOOSE <- 1e-6

# What R does not recompute: nothing. A metric would stand here with its reason.
not_recomputed <- c()

names_of_trips <- c(seattle = "Seattle 2005", dublin = "Dublin 2007", singapore = "Singapore and Kuala Lumpur 2008",
                    helsinki = "Helsinki 2010")

## Expected values: put() says one, where place() says

at <- list()
expected <- list()
series <- list()
place <- function(wave, slice, item, n, N) {
    at[c("wave", "slice", "item", "n", "N")] <<- list(wave, slice, item, n, N)
}
null <- function(reason) structure(reason, class = "null_reason")
bound <- function(x) if (length(x) == 1) x else NA_real_
put <- function(metric, value, tolerance = TIGHT, low = NULL, high = NULL, bounds_tolerance = LOOSE, n = at$n) {
    is_null <- inherits(value, "null_reason")
    is_text <- is.character(value) && !is_null
    expected[[length(expected) + 1]] <<- list(
        study = at$study, wave = at$wave, slice = at$slice, item = at$item, metric = metric,
        value = if (is_null || is_text) NA_real_ else as.numeric(value), text = if (is_text) value else "",
        null_reason = if (is_null) unclass(value) else "", tolerance = tolerance, low = bound(low), high = bound(high),
        bounds_tolerance = bounds_tolerance, n = as.numeric(n), N = as.numeric(at$N))
}

## The two sides

arguments <- commandArgs(TRUE)
read_rows <- function(study) {
    rows <- read.csv(file.path(arguments[3], paste0(study, ".csv")), colClasses = "character", na.strings = character(),
                     encoding = "UTF-8")
    cbind(study = study, rows[c("family", "wave", "slice", "item", "metric", "value", "null_reason", "n", "N", "low", "high")])
}
actual <- do.call(rbind, lapply(c(names(names_of_trips), "programme"), read_rows))
key <- function(t) paste(t$study, t$wave, t$slice, t$item, t$metric, sep = "|")
actual_value <- function(metric)
    as.numeric(actual$value[match(key(c(at, metric = metric)), key(actual))])

instruments <- read_instruments(arguments[2])
trips <- lapply(names(names_of_trips), function(code) read_trip(arguments[1], code))
names(trips) <- names(names_of_trips)
talks <- read_interviews(arguments[1])
for (code in names(trips)) {
    at$study <- code
    expect_ratings(trips[[code]])
    expect_learning(trips[[code]])
    expect_network(trips[[code]])
    expect_trip_interviews(talks, names_of_trips[[code]])
}
at$study <- "programme"
expect_interviews(talks)
expect_comparison(trips)
fields <- names(expected[[1]])
expected <- as.data.frame(setNames(lapply(fields, function(name) member(expected, name)), fields))

## Comparison

stopifnot(!anyDuplicated(key(expected)), !anyDuplicated(key(actual)))
row <- match(key(expected), key(actual))
number <- function(text) suppressWarnings(as.numeric(text))
near <- function(found, value, tolerance)
    ifelse(is.na(value), is.na(found), !is.na(found) & abs(found - value) <= tolerance)
found <- actual[row, ]
is_text <- expected$text != ""
good <- !is.na(row) & found$null_reason == expected$null_reason &
    ifelse(is_text, found$value == expected$text, near(number(found$value), expected$value, expected$tolerance)) &
    near(number(found$low), expected$low, expected$bounds_tolerance) &
    near(number(found$high), expected$high, expected$bounds_tolerance) &
    number(found$n) == expected$n & number(found$N) == expected$N
good[is.na(good)] <- FALSE
missing <- actual[!key(actual) %in% key(expected) & !actual$metric %in% names(not_recomputed), ]

print(table(family = actual$family, recomputed = factor(key(actual) %in% key(expected[good, ]), c(TRUE, FALSE))))
cat(nrow(actual), "rows;", nrow(expected), "recomputed,", sum(!good), "differ;", nrow(missing), "not recomputed;",
    sum(!is.na(expected$low)), "intervals;", sum(expected$null_reason != ""), "nulls\n")
options(width = 200)
if (any(!good)) print(cbind(expected[c("study", "wave", "slice", "item", "metric", "value", "text", "low", "high", "n", "N")],
                            setNames(found[c("value", "null_reason", "low", "high", "n", "N")],
                                     paste0("their_", c("value", "null", "low", "high", "n", "N"))))[!good, ], max = 800)
if (nrow(missing) > 0) print(unique(missing[c("family", "wave", "item", "metric")]), max = 400)
families <- c("response", "satisfaction", "learning", "transfer", "network", "balance", "interview", "comparison")
quit(status = if (all(good) && nrow(missing) == 0 && setequal(families, actual$family) && nrow(expected) > 7000) 0 else 1)
