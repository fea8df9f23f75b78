"""Checks receipts offline, by the statement, tree and signature that include/debriefd/receipt.h documents.

Written against that description and not with the daemon's code, so that a fault in one shows in the other.
"""
import ctypes
import ctypes.util
import hashlib
import json

import daemon


def load_sodium():
    name = ctypes.util.find_library("sodium") or "libsodium.so.23"
    try:
        sodium = ctypes.CDLL(name)
    except OSError:
        daemon.skip("there is no libsodium")
    sodium.sodium_init()
    return sodium


SODIUM = load_sodium()


def signature_holds(signature, message, public_key):
    return SODIUM.crypto_sign_verify_detached(signature, message, ctypes.c_ulonglong(len(message)), public_key) == 0


def leaf(receipt):
    lines = ["debriefd receipt 1", *(receipt[name] for name in
                                     ("programme", "wave", "evaluation", "body_sha256", "received_at")), ""]
    return hashlib.sha256(b"\0" + "\n".join(lines).encode()).digest()


def root(receipt):
    """RFC 9162 2.1.3.2, level by level; None when the path does not fit the tree."""
    node, index, size = leaf(receipt), receipt["tree"]["index"], receipt["tree"]["size"]
    path = [bytes.fromhex(part) for part in receipt["tree"]["path"]]
    while size > 1:
        if index ^ 1 < size:
            if not path:
                return None
            other = path.pop(0)
            node = hashlib.sha256(b"\1" + (other + node if index & 1 else node + other)).digest()
        index, size = index >> 1, (size + 1) >> 1
    return None if path or index else node


def fault(text, public_keys, **expected):
    """Why the receipt does not hold, or None. `public_keys` maps a key's id to its bytes."""
    receipt = json.loads(text)
    for name, value in expected.items():
        if receipt.get(name) != value:
            return f"{name} is {receipt.get(name)} and not {value}"
    key, top = public_keys.get(receipt["key"]), root(receipt)
    if key is None or top is None:
        return "unknown key" if key is None else "the path does not fit the tree"
    if not signature_holds(bytes.fromhex(receipt["signature"]), b"debriefd root 1\n" + top, key):
        return "the signature does not hold"
    return None


def public_keys(client):
    keys = client.document("GET", "/v1/receipt_keys")["keys"]
    return {key["id"]: bytes.fromhex(key["public_key"]) for key in keys}
