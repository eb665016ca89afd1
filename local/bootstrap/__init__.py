"""Makes `.venv` from requirements.lock. It runs before any package is there, so it uses the standard library only.

uv, pinned in bootstrap.lock, installs the lock in seconds. pip is the fallback: where uv has no wheel, where uv
cannot be downloaded, and where its install fails. Both accept only files whose hashes are in the lock.
"""
