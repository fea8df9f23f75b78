# The comparison of the trips: metafor's rma and blup, lm, t.test and p.adjust on the answers of persons.

# series[[wave item]][[trip]]: the values of persons behind each mean with a deviation; see put_moments.
expect_comparison <- function(trips) {
    place("pool", "all", "", 0, 0)
    people <- unlist(lapply(trips, function(trip) trip$delegates$person))
    persons <- length(unique(people)); twice <- sum(table(people) > 1)
    place("pool", "all", "", persons, persons)
    put("pool.participations", length(people)); put("pool.persons", persons); put("pool.repeat_persons", twice)
    put("pool.repeat_share", twice / persons)
    for (item in names(series)) compare_trips(item, series[[item]][order(names(series[[item]]))])
}

compare_trips <- function(item, own) {
    answers <- lapply(own, function(one) one$x); N <- sapply(own, function(one) one$N)
    y <- sapply(answers, mean); n <- lengths(answers); trips <- names(answers)
    v <- sum((n - 1) * sapply(answers, var)) / sum(n - 1) / n
    # Its default tolerance is 1e-4 or so.
    pm <- metafor::rma(y, v, method = "PM", test = "knha", control = list(tol = 1e-14, maxiter = 10000, tau2.max = 1e5))
    place("pool", "all", item, sum(n), sum(N))
    put("pool.k", length(y)); put("pool.tau2_pm", pm$tau2); put("pool.tau2_dl", metafor::rma(y, v, method = "DL")$tau2)
    put("pool.mu", as.numeric(pm$beta), low = pm$ci.lb, high = pm$ci.ub); put("pool.se_hksj", pm$se)
    put("pool.lo", pm$ci.lb, LOOSE); put("pool.hi", pm$ci.ub, LOOSE)
    drawn <- metafor::blup(pm)
    fit <- lm(x ~ 0 + trip, data.frame(x = unlist(answers), trip = rep(trips, n)))
    for (t in seq_along(trips)) {
        contrast <- ifelse(seq_along(trips) == t, 1, -1 / (length(y) - 1))
        difference <- sum(contrast * coef(fit))
        half <- qt(.975, fit$df.residual) * sqrt(c(contrast %*% vcov(fit) %*% contrast))
        place("pool", trips[t], item, n[[t]], N[[t]])
        put("pool.shrunk", drawn$pred[t], low = drawn$pi.lb[t], high = drawn$pi.ub[t])
        put("pool.benchmark_loo", mean(y[-t]))
        put("pool.vs_benchmark", difference, low = difference - half, high = difference + half)
    }
    pairs <- combn(length(trips), 2)
    p <- apply(pairs, 2, function(ab) t.test(answers[[ab[1]]], answers[[ab[2]]])$p.value)
    holm <- p.adjust(p, "holm")
    for (i in seq_along(p)) {
        place("pool", paste(trips[pairs[, i]], collapse = ">"), item, sum(n[pairs[, i]]), sum(N[pairs[, i]]))
        put("cmp.welch_p", p[i], LOOSE); put("cmp.holm_p", holm[i], LOOSE)
    }
}
