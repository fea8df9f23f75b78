# Recomputes comparisons of trips with R (metafor's rma and blup, lm, t.test, p.adjust) from seeded answers and
# compares with what comparison_csv prints. Usage: Rscript comparison.R COMPARISON_CSV. Exit code 77: no metafor.
if (!suppressWarnings(requireNamespace("metafor", quietly = TRUE))) {
    message("skipped: R package metafor is missing")
    quit(status = 77)
}
suppressPackageStartupMessages(library(metafor))
set.seed(20261123)

## Programmes of 3 to 20 trips, alike and very different ones, on ratings and on an index

programme <- function(i) {
    k <- sample(c(3, 4, 4, 4, 6, 9, 20), 1)
    tau <- sample(c(0, .1, .3, 1, 3), 1)
    index <- i %% 2 == 0
    answers <- lapply(seq_len(k), function(t) {
        x <- rnorm(sample(5:60, 1), rnorm(1, 3.7, tau), runif(1, .1, 1.5))
        if (index) 25 * (x - 1) else round(pmin(5, pmax(1, x)))
    })
    names(answers) <- sprintf("T%02d", seq_len(k))
    if (i %% 5 == 0) answers$T99 <- answers$T01[1:4] # too few answers: takes no part
    answers
}
programmes <- lapply(1:400, programme)
names(programmes) <- sprintf("I%03d", 1:400)

lines <- unlist(lapply(names(programmes), function(item) {
    answers <- programmes[[item]]
    sprintf("%s,%s,%d,%.17g,%.17g", item, names(answers), lengths(answers), sapply(answers, mean), sapply(answers, sd))
}))
path <- tempfile()
writeLines(sample(lines), path) # the order cannot matter
actual <- read.csv(pipe(paste(shQuote(commandArgs(TRUE)[1]), "<", shQuote(path))), colClasses = "character")
key <- paste(actual$item, actual$slice, actual$metric)

## Expected values

worst <- c()
failures <- 0
checked <- 0
check <- function(item, slice, metric, expected, column = "value", tolerance = 1e-8) {
    found <- suppressWarnings(as.numeric(actual[match(paste(item, slice, metric), key), column]))
    difference <- abs(found - expected) / max(1, abs(expected))
    checked <<- checked + 1
    if (is.na(difference) || difference > tolerance) {
        failures <<- failures + 1
        cat(item, slice, metric, column, "expected", format(expected, digits = 17), "found", found, "\n")
    } else worst[metric] <<- max(worst[metric], difference, na.rm = TRUE)
}

zero <- 0
equal <- 0
for (item in names(programmes)) {
    answers <- Filter(function(x) length(x) >= 5, programmes[[item]])
    trips <- names(answers)
    y <- sapply(answers, mean); n <- lengths(answers); s2 <- sapply(answers, var)
    v <- sum((n - 1) * s2) / sum(n - 1) / n
    if (all(v == 0)) {
        equal <- equal + (actual[match(paste(item, "all pool.mu"), key), "value"] == "zero_var")
        next
    }
    # Its default tolerance is 1e-4 or so.
    pm <- rma(y, v, method = "PM", test = "knha", control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1e5))
    dl <- rma(y, v, method = "DL")
    zero <- zero + (pm$tau2 == 0)
    check(item, "all", "pool.k", length(y))
    check(item, "all", "pool.tau2_pm", pm$tau2)
    check(item, "all", "pool.tau2_dl", dl$tau2)
    check(item, "all", "pool.mu", as.numeric(pm$beta))
    check(item, "all", "pool.se_hksj", pm$se)
    check(item, "all", "pool.lo", pm$ci.lb, tolerance = 1e-6)
    check(item, "all", "pool.hi", pm$ci.ub, tolerance = 1e-6)
    drawn <- blup(pm)
    fit <- lm(x ~ 0 + trip, data.frame(x = unlist(answers), trip = rep(trips, n)))
    for (t in seq_along(trips)) {
        check(item, trips[t], "pool.shrunk", drawn$pred[t])
        check(item, trips[t], "pool.shrunk", drawn$pi.lb[t], "low", 1e-6)
        check(item, trips[t], "pool.shrunk", drawn$pi.ub[t], "high", 1e-6)
        check(item, trips[t], "pool.benchmark_loo", mean(y[-t]))
        contrast <- ifelse(seq_along(trips) == t, 1, -1 / (length(y) - 1))
        difference <- sum(contrast * coef(fit))
        half <- qt(.975, fit$df.residual) * sqrt(c(contrast %*% vcov(fit) %*% contrast))
        check(item, trips[t], "pool.vs_benchmark", difference)
        check(item, trips[t], "pool.vs_benchmark", difference - half, "low", 1e-6)
        check(item, trips[t], "pool.vs_benchmark", difference + half, "high", 1e-6)
    }
    # Of twenty trips and a small one there are too many pairs.
    if (length(programmes[[item]]) > 20) next
    pairs <- combn(trips, 2)
    p <- apply(pairs, 2, function(ab) {
        a <- answers[[ab[1]]]; b <- answers[[ab[2]]]
        if (sd(a) == 0 && sd(b) == 0) NA else t.test(a, b)$p.value
    })
    holm <- p.adjust(p, "holm")
    for (i in which(!is.na(p))) {
        check(item, paste(pairs[, i], collapse = ">"), "cmp.welch_p", p[i])
        check(item, paste(pairs[, i], collapse = ">"), "cmp.holm_p", holm[i])
    }
}
unlink(path)
small <- actual[actual$slice == "T99" & actual$metric == "pool.shrunk", ]
cat(checked, "values,", failures, "differ;", zero, "programmes without variance between trips,", equal, "without any within\n")
print(signif(worst, 2))
quit(status = if (failures == 0 && checked > 10000 && zero > 20 && equal > 0 && nrow(small) == 80 && all(small$value == "n_lt_5")) 0
              else 1)
