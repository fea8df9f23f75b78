# Recomputes the interview family with R (psych, phyper, and alpha from its definition) from a seeded dataset and
# compares with what interviews_csv prints. Usage: Rscript interviews.R INTERVIEWS_CSV. Exit code 77: a package is missing.
if (!suppressWarnings(requireNamespace("psych", quietly = TRUE))) {
    message("skipped: R package psych is missing")
    quit(status = 77)
}
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
source(file.path(here, "statistics.R"))

directory <- tempfile()
dir.create(directory)
set.seed(20261124)

## Fifteen interviewees, one of them the organiser's, three coders of whom one codes every third segment

trips <- c("T1", "T2", "T3", "T9")
codes <- c(paste0("c", 1:9), "never")
interviews <- data.frame(interview_id = paste0("I", 1:15), person_id = paste0("p", 1:15), sector = "politics",
                         seq = sample(15), is_organiser = c(rep(0, 14), 1))
interview_trips <- do.call(rbind, lapply(interviews$interview_id, function(id)
    data.frame(interview_id = id, trip_id = sample(trips[1:3], sample(3, 1)))))
segments <- do.call(rbind, lapply(interviews$interview_id, function(id) {
    was_on <- interview_trips$trip_id[interview_trips$interview_id == id]
    data.frame(segment_id = paste0(id, "s", 1:8), interview_id = id, trip_id = sample(c("", was_on), 8, TRUE))
}))
every_third <- segments$segment_id[seq(1, nrow(segments), 3)]
coder_segments <- rbind(data.frame(coder = "A", segment_id = segments$segment_id),
                        data.frame(coder = "B", segment_id = segments$segment_id),
                        data.frame(coder = "C", segment_id = every_third))
chance <- c(.5, .3, .3, .2, .2, .15, .1, .02, .01, 0)
truth <- lapply(segments$segment_id, function(s) codes[runif(10) < chance])
names(truth) <- segments$segment_id
view <- sample(c(-1, 0, 1), nrow(segments), TRUE)
names(view) <- segments$segment_id
codings <- do.call(rbind, lapply(seq_len(nrow(coder_segments)), function(i) {
    s <- coder_segments$segment_id[i]
    found <- sort(unique(c(truth[[s]][runif(length(truth[[s]])) < .85], codes[1:9][runif(9) < .02])))
    if (length(found) == 0) return(NULL)
    data.frame(segment_id = s, coder = coder_segments$coder[i], code_id = found,
               sentiment = ifelse(runif(length(found)) < .8, view[s], sample(c(-1, 0, 1, ""), length(found), TRUE)))
}))
quotes <- data.frame(quote_id = paste0("q", 1:20), interview_id = "I1", code_id = "c1",
                     approval = rep(c("approved", "pending", "declined"), c(9, 5, 6)))

save <- function(table, name)
    write.csv(table, file.path(directory, name), row.names = FALSE, quote = FALSE, na = "")
save(data.frame(code_id = codes, label = "x", trip_specific = 0), "codes.csv")
save(interviews, "interviews.csv")
save(interview_trips, "interview_trips.csv")
save(segments, "segments.csv")
save(coder_segments, "coder_segments.csv")
save(codings, "codings.csv")
save(quotes, "quotes.csv")

## Expected values

expected <- list()
expect <- function(trip, item, metric, value)
    expected[[length(expected) + 1]] <<- list(trip = trip, item = item, metric = metric, value = value)

by_segment <- split(coder_segments$coder, factor(coder_segments$segment_id, segments$segment_id))
codes_of <- function(s, coder) codings$code_id[codings$segment_id == s & codings$coder == coder]
sets <- lapply(segments$segment_id, function(s) lapply(by_segment[[s]], function(coder) codes_of(s, coder)))

people <- interviews[interviews$is_organiser == 0, ]
people <- people[order(people$seq), ]
M <- nrow(people)
coded <- merge(codings[codings$coder == "A", ], segments)
coded <- coded[coded$interview_id %in% people$interview_id, ]
speakers <- function(rows) unique(rows$interview_id)

expect("all", "", "interviewees", M)
counts <- sapply(codes, function(code) length(speakers(coded[coded$code_id == code, ])))
for (code in codes) {
    mine <- coded[coded$code_id == code, ]
    count <- counts[[code]]
    stances <- sapply(speakers(mine), function(id) {
        views <- mine$sentiment[mine$interview_id == id]
        if ("1" %in% views && "-1" %in% views) "M" else if ("1" %in% views) "P" else if ("-1" %in% views) "N" else "U"
    })
    p <- sum(stances == "P") + sum(stances == "M") / 2
    q <- sum(stances == "N") + sum(stances == "M") / 2
    expect("all", code, "int.count", count)
    expect("all", code, "int.mentions", nrow(mine))
    expect("all", code, "int.prevalence", count / M)
    expect("all", code, "int.balance", if (count > 0) (sum(stances == "P") - sum(stances == "N")) / count else NA)
    expect("all", code, "int.disagreement", if (p + q > 0) 2 * min(p, q) / (p + q) else NA)
    expect("all", code, "int.divided", as.numeric(p + q > 0 && 2 * min(p, q) / (p + q) >= .5 && min(p, q) >= 2))
    present <- lapply(sets, function(unit) as.list(sapply(unit, function(set) code %in% set)))
    expect("all", code, "int.k_alpha", krippendorff(present, nominal))
    equal <- unlist(lapply(present, function(u) combn(unlist(u), 2, function(v) v[1] == v[2])))
    expect("all", code, "int.pct_agree", mean(equal))
    expect("all", code, "int.k_positive", sum(sapply(present, function(u) any(unlist(u)))))
    for (trip in trips) {
        on <- intersect(people$interview_id, interview_trips$interview_id[interview_trips$trip_id == trip])
        k <- length(intersect(on, speakers(mine[mine$trip_id == trip, ])))
        expect(trip, code, "int.count", k)
        expect(trip, code, "int.prevalence", if (length(on) > 0) k / length(on) else NA)
    }
}
seen <- lapply(people$interview_id, function(id) unique(coded$code_id[coded$interview_id == id]))
growth <- sapply(seq_len(M), function(k) length(unique(unlist(seen[seq_len(k)]))))
for (k in seq_len(M)) {
    expect("all", "*", sprintf("int.saturation.%02d", k), growth[k])
    expect("all", "*", sprintf("int.accum_exact.%02d", k), sum(1 - phyper(0, counts, M - counts, k)))
}
S <- sum(counts > 0)
q1 <- sum(counts == 1)
q2 <- sum(counts == 2)
expect("all", "*", "int.chao2", S + (M - 1) / M * q1 * (q1 - 1) / (2 * (q2 + 1)))
fresh <- diff(c(0, growth))
ratios <- sapply(6:M, function(end) sum(fresh[(end - 1):end]) / sum(fresh[1:4]))
expect("all", "*", "int.new_info_b4_r2", ratios[length(ratios)])
expect("all", "*", "int.saturation_reached", if (any(ratios <= .05)) which(ratios <= .05)[1] + 3 else NA)
expect("all", "*", "int.k_alpha_jaccard", krippendorff(sets, jaccard))
expect("all", "*", "int.k_alpha_masi", krippendorff(sets, masi))
stated <- codings[codings$sentiment != "", ]
views <- split(as.numeric(stated$sentiment), paste(stated$segment_id, stated$code_id))
expect("all", "*", "int.k_alpha_sentiment", krippendorff(lapply(views, as.list), function(a, b) (a - b)^2))
expect("all", "*", "quote.publishable", 9)
expect("all", "*", "quote.pending", 5)
expect("all", "*", "quote.approval_rate", 9 / 15)

## Comparison

program <- commandArgs(TRUE)[1]
found <- read.csv(text = system2(program, c(directory, trips), stdout = TRUE), colClasses = "character")
stopifnot(nrow(found) > 150)
faults <- 0
for (e in expected) {
    row <- found[found$trip == e$trip & found$item == e$item & found$metric == e$metric, ]
    good <- nrow(row) == 1 && if (is.na(e$value)) row$type == "null" else
        row$type == "number" && abs(as.numeric(row$value) - e$value) < 1e-8
    if (!good) {
        faults <- faults + 1
        message(e$trip, " ", e$item, " ", e$metric, ": R ", e$value, ", found ", paste(row$value, collapse = " "))
    }
}

# A bootstrap of another generator: the bounds within the Monte-Carlo error of both.
ones <- sapply(sets, function(unit) sum(sapply(unit, function(set) "c1" %in% set)))
sizes <- lengths(sets)
drawn <- replicate(5000, {
    i <- sample(length(sets), replace = TRUE)
    n <- sum(sizes[i])
    n1 <- sum(ones[i])
    observed <- sum(2 * ones[i] * (sizes[i] - ones[i]) / (sizes[i] - 1)) / n
    1 - observed / (2 * n1 * (n - n1) / (n * (n - 1)))
})
bounds <- quantile(drawn, c(.025, .975))
for (i in 1:2) {
    metric <- c("int.k_alpha_lo", "int.k_alpha_hi")[i]
    value <- as.numeric(found$value[found$trip == "all" & found$item == "c1" & found$metric == metric])
    if (abs(value - bounds[i]) > .02) {
        faults <- faults + 1
        message(metric, ": R ", bounds[i], ", found ", value)
    }
}

# psych on Cohen 1960, page 45: the kappas that tests/unit/agreement_test.c expects.
cohen <- matrix(c(88, 14, 18, 10, 40, 10, 2, 6, 12), 3, byrow = TRUE)
kappas <- suppressWarnings(psych::cohen.kappa(cohen, alpha = .05))
stopifnot(abs(kappas$kappa - .491525) < 1e-6, abs(kappas$weighted.kappa - .454545) < 1e-6)
abstractors <- matrix(c(13, 0, 0, 0, 20, 7, 0, 4, 56), 3, byrow = TRUE)
linear <- suppressWarnings(psych::cohen.kappa(abstractors, w = abs(outer(1:3, 1:3, "-"))))
stopifnot(abs(linear$weighted.kappa - .842902) < 1e-6)

cat(length(expected), "values compared,", faults, "differ\n")
quit(status = if (faults > 0) 1 else 0)
