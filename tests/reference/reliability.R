# Recomputes the reliability of scales with R (psych's alpha and alpha.ci, lavaan's cfa) from seeded answers and compares
# with what reliability_csv prints. Usage: Rscript reliability.R RELIABILITY_CSV. Exit code 77: a package is missing.
for (package in c("psych", "lavaan"))
    if (!suppressWarnings(requireNamespace(package, quietly = TRUE))) {
        message("skipped: R package ", package, " is missing")
        quit(status = 77)
    }
set.seed(20261123)

## Scales of two to eight items, some of few persons and some of items that hardly belong together

scale <- function(i) {
    k <- sample(2:8, 1)
    n <- if (i %% 6 == 0) sample(3:9, 1) else sample(12:60, 1)
    loading <- runif(k, if (i %% 5 == 0) 0 else .4, 1)
    x <- outer(rnorm(n), loading) + sweep(matrix(rnorm(n * k), n), 2, sqrt(1 - loading^2), "*")
    round(pmin(pmax(3.2 + x, 1), 5)) # in this order they stay a matrix
}
scales <- lapply(1:72, scale)
names(scales) <- sprintf("S%03d", 1:72)
path <- tempfile()
writeLines(sapply(names(scales), function(name) {
    x <- scales[[name]]
    paste(c(name, ncol(x), nrow(x), t(x)), collapse = ",")
}), path)
actual <- read.csv(pipe(paste(shQuote(commandArgs(TRUE)[1]), "<", shQuote(path))), colClasses = "character")
unlink(path)
found <- function(name, metric) actual$value[match(paste(name, metric), paste(actual$item, actual$metric))]

## Expected values

failures <- 0
checked <- c()
worst <- c()
check <- function(name, metric, expected, tolerance = 1e-8) {
    value <- found(name, metric)
    difference <- suppressWarnings(abs(as.numeric(value) - as.numeric(expected)))
    good <- if (is.na(difference)) identical(value, expected) else difference <= tolerance
    kind <- if (is.character(expected)) paste(metric, expected) else metric
    checked[kind] <<- sum(checked[kind], 1, na.rm = TRUE)
    if (!is.na(difference)) worst[metric] <<- max(worst[metric], difference, na.rm = TRUE)
    if (!good) {
        failures <<- failures + 1
        cat(name, metric, "expected", expected, "found", value, "\n")
    }
}

# The one-factor model; NULL when lavaan finds no solution. The likelihood may have several peaks, and lavaan climbs one:
# where factanal, from twenty starts, finds a higher one, that is the solution.
fit_factor <- function(x) {
    data <- as.data.frame(x)
    names(data) <- paste0("x", seq_len(ncol(x)))
    fit <- tryCatch(suppressWarnings(lavaan::cfa(paste("f =~", paste(names(data), collapse = " + ")), data, std.lv = TRUE)),
                    error = function(e) NULL)
    if (is.null(fit) || !lavaan::lavInspect(fit, "converged")) return(NULL)
    best <- if (ncol(x) > 3) tryCatch(factanal(x, 1, nstart = 20, lower = 1e-6), error = function(e) NULL)
    if (!is.null(best) && best$criteria["objective"] < 2 * lavaan::fitMeasures(fit, "fmin") - 1e-4 &&
        all(diag(lavaan::lavInspect(fit, "est")$theta) > 0)) {
        peaks <<- peaks + 1
        # A uniqueness at its lower bound is on its way below 0.
        return(list(loading = best$loadings[, 1] * apply(x, 2, sd),
                    unique = ifelse(best$uniquenesses < 1e-5, -1, best$uniquenesses) * apply(x, 2, var)))
    }
    estimate <- lavaan::lavInspect(fit, "est")
    list(loading = c(estimate$lambda), unique = diag(estimate$theta))
}

skipped <- 0
peaks <- 0
for (name in names(scales)) {
    x <- scales[[name]]; n <- nrow(x); k <- ncol(x)
    check(name, "rel.n", n)
    if (var(rowSums(x)) == 0 || any(apply(x, 2, var) == 0)) { skipped <- skipped + 1; next }
    if (k == 2) {
        r <- cor(x)[1, 2]
        check(name, "rel.alpha", "two_items")
        check(name, "rel.spearman_brown", 2 * r / (1 + r))
        next
    }
    alpha <- suppressWarnings(suppressMessages(psych::alpha(as.data.frame(x), warnings = FALSE)))$total$raw_alpha
    check(name, "rel.alpha", alpha)
    if (n >= 10) {
        bounds <- psych::alpha.ci(alpha, n, k, p.val = .05, digits = 12)
        check(name, "rel.alpha_lo", bounds$lower.ci, 1e-6)
        check(name, "rel.alpha_hi", bounds$upper.ci, 1e-6)
    } else check(name, "rel.alpha_lo", "n_lt_10")
    factor <- fit_factor(x)
    share <- if (is.null(factor)) NA else min(factor$unique / apply(x, 2, var))
    if (is.na(share) || (share > -.005 && share < .005)) { skipped <- skipped + 1; next } # nothing to compare, or the brink
    common <- sum(factor$loading)^2
    if (share < 0) check(name, "rel.omega", "heywood")
    else check(name, "rel.omega", common / (common + sum(factor$unique)), 1e-3)
}
cat(sum(checked), "values,", failures, "differ,", skipped, "without a solution,", peaks, "with a higher peak\n")
print(checked)
print(signif(worst, 2))
quit(status = if (failures == 0 && checked["rel.omega"] > 40 && checked["rel.omega heywood"] > 3 &&
                  checked["rel.spearman_brown"] > 6) 0 else 1)
