#include <debriefd/privileges.h>

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <unistd.h>

static bool find_user(const char *user, const struct passwd **found, struct error *err)
{
    errno = 0;
    *found = getpwnam(user);
    if (*found == NULL)
        return error_set(err, ERR_SYSTEM, "there is no system user %s", user);
    return (*found)->pw_uid != 0 || error_set(err, ERR_SYSTEM, "user %s is root", user);
}

bool privileges_drop(const char *user, struct error *err)
{
    if (geteuid() != 0)
        return true;
    const struct passwd *found;
    if (!find_user(user, &found, err))
        return false;
    if (initgroups(user, found->pw_gid) != 0 || setgid(found->pw_gid) != 0 ||
        setuid(found->pw_uid) != 0)
        return error_set_errno(err, errno, "cannot become user %s", user);
    if (setuid(0) == 0)
        return error_set(err, ERR_SYSTEM, "became user %s but root can be regained", user);
    return true;
}

bool privileges_give(const char *path, const char *user, struct error *err)
{
    if (geteuid() != 0)
        return true;
    const struct passwd *found;
    if (!find_user(user, &found, err))
        return false;
    return lchown(path, found->pw_uid, found->pw_gid) == 0 ||
           error_set_errno(err, errno, "cannot give %s to user %s", path, user);
}
