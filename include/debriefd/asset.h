/* asset: style sheets and scripts, embedded in the binary and served under names that change with
 * their content, so that a browser may keep them for ever. */
#ifndef DEBRIEFD_ASSET_H
#define DEBRIEFD_ASSET_H

/* The path of an asset by its file's name: "form.css" gives "/assets/form.3f2a91c0d4e5.css". NULL
 * when it is not embedded. Valid for ever. */
const char *asset_url(const char *name);

#endif
