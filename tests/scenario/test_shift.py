"""The people of the killed runs try again, as anybody would, when Slack did not open the form."""

import random

from simulator.errors import SlackError
from tests.acceptance.shift import Shift
from tests.scenario.company import Company


async def test_a_report_whose_form_did_not_open_is_begun_again(company: Company) -> None:
    refusals = iter((SlackError("service_unavailable", status=503),))
    company.trouble("views.open", error=lambda _: next(refusals, None))
    shift = Shift(company.practice, random.Random(0), 0.3)

    await shift.report()

    assert shift.done == [("opened", None, company.dana.id)]
    assert next(refusals, None) is None
