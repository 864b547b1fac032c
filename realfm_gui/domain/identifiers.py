"""Random identifiers: nothing of the source survives in them."""

import secrets

RANDOM_BYTES = 8


def new_case_id() -> str:
    """Return an identifier such as ``c-9f86d081884c7d65`` that says nothing about its case."""
    return f"c-{secrets.token_hex(RANDOM_BYTES)}"


def new_patient_id() -> str:
    """Return an identifier such as ``p-9f86d081884c7d65`` that says nothing about its patient."""
    return f"p-{secrets.token_hex(RANDOM_BYTES)}"


def new_image_id() -> str:
    """Return an identifier such as ``i-9f86d081884c7d65`` that says nothing about its source file."""
    return f"i-{secrets.token_hex(RANDOM_BYTES)}"


def new_session_id() -> str:
    """Return an identifier of one sitting of one reader."""
    return f"s-{secrets.token_hex(RANDOM_BYTES)}"


def new_run_id() -> str:
    """Return an identifier of one prediction run of one model."""
    return f"r-{secrets.token_hex(RANDOM_BYTES)}"
