"""Somebody changes production by hand: one AWS call of plain boto3, which no plan foresaw and changectl does not see."""

from collections.abc import Mapping

from changectl.aws.sandbox.unicorn import clients


def change_parameter(endpoint: str, region: str, name: str, value: str) -> Mapping[str, int]:
    """Give a parameter another value, as the console would."""
    answer: Mapping[str, int] = clients(endpoint, region)("ssm").put_parameter(Name=name, Value=value, Overwrite=True)
    return answer
