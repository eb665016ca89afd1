"""The currencies that an event may name, and the rule for the decimals of their amounts: those of ISO 4217."""

from collections.abc import Mapping
from decimal import Decimal

_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD
        CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
        GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR
        LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
        PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP
        SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL
    """,
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {currency: most for most, currencies in _BY_DECIMALS.items() for currency in currencies.split()}
"""How many decimals the amounts of each currency have."""
_UNSTATED = 2


def known_currency(value: object) -> str:
    """The currency. Raises ValueError when it is none."""
    if not isinstance(value, str) or value not in DECIMALS:
        raise ValueError("must be a currency of ISO 4217, as in CAD")
    return value


def is_amount(field: str | None, value: object) -> bool:
    """Whether a field of a payload holds money: the only other exact number is a quantity."""
    return isinstance(value, Decimal) and field != "qty"


def check_decimals(amount: Decimal, stated: Mapping[str, object]) -> None:
    """Raise ValueError when an amount has more decimals than its currency, or more than 2 where none is stated.

    `stated` has the fields of the payload that are valid so far. A currency that is wrong itself checks nothing.
    """
    if "currency" not in stated:
        return
    currency = stated["currency"]
    most = DECIMALS[str(currency)] if currency is not None else _UNSTATED
    if int(amount.as_tuple().exponent) >= -most:
        return
    allowed = f"at most {most} decimals" if most else "no decimals"
    if currency is None:
        raise ValueError(f"must have {allowed}")
    raise ValueError(f"decimals_fit_currency: must have {allowed} in {currency}")
