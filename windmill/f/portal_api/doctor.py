# no_postinstall
# requirements: media
"""The doctor of a business's own numbers: what stands between a number and its customers.

In: a request of the portal's page (f/common/portal_request.py). Out: {verdict, findings, examined_at}; f/whatsapp/findings says what they are. Of a
message there and back {code, display, since}, then {steps}. The operators' page asks the same of any number by f/portal_api/operator.
"""

from __future__ import annotations

from typing import Any

from f.common.portal_request import OWNERS, answer_page, handle_request
from f.portal_api import number_doctor

postgresql = dict[str, Any]
c_llm = dict[str, Any]
c_embeddings = dict[str, Any]
c_whatsapp = dict[str, Any]
c_settings = dict[str, Any]


@answer_page
def main(
    request: str,
    db: postgresql,
    llm: c_llm,
    embeddings: c_embeddings,
    master_key: str,
    whatsapp: c_whatsapp,
    settings: c_settings,
) -> dict[str, Any]:
    resources = number_doctor.resources_of(llm, embeddings, settings, whatsapp, master_key)
    return handle_request(
        request,
        db,
        {
            "get": (OWNERS, number_doctor.get_own),
            "examine": (
                OWNERS,
                lambda conn, member, fields: number_doctor.examine_own(conn, member, fields, resources),
            ),
            "begin_test": (
                OWNERS,
                lambda conn, member, fields: number_doctor.begin_own_test(conn, member, fields, resources),
            ),
            "follow_test": (
                OWNERS,
                lambda conn, member, fields: number_doctor.follow_own_test(conn, member, fields, resources),
            ),
        },
    )
