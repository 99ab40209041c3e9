"""Words for what a bot can claim to have done: booked, cancelled, sent. For models that do not say with `reply` what they did.

A reply that says so needs a tool that did it in this turn. The words are beginnings of participles and of futures, by deed, in the languages that
customers of small businesses write most; a language that is missing only means that this second look does not see it.
"""

# ruff: noqa: RUF001, E501 - the scripts of many languages
from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from functools import cache, lru_cache

from f.agent.policy.claims import Draft, Finding
from f.common.figures.amounts import DAYS, same
from f.common.figures.finder import figures
from f.common.figures.polarity import asks, denies, negates
from f.common.figures.segments import Source, is_passage, segments

# Words that make a deed that of the one who writes.
BY_ME = re.compile(
    r"\b(?:I|we)(?:['’]ve| have| just)\b|\bich habe\b|\bhabe ich\b|\bwir haben\b|\bhaben wir\b|\bj['’]ai\b|\bnous avons\b|\b(?:he|hemos)\s+\w+(?:[ai]do|cho|sto)\b|\b(?:te|le|les|os|lo|la)\s+(?:he|hemos)\b|\bj[e] (?:vous|t['’]|te) ?ai\b|\bnous vous avons\b|\bich .{0,25}\bhabe\b|\bwir .{0,25}\bhaben\b|\bhebben we\b|\b(?:marquei|agendei|reservei|cancelei|anotei|alterei|enviei|mudei)\b"
    r"|\b(?:reserv|agend|apunt|cancel|anul|cambi|modifiqu|actualic|agregu|envi|mand|registr|reembols|encargu)é\b|\b(?:añad|mov|devolv|inscrib|ped)í\b|\b(?:ho|abbiamo)\b|\bik heb\b|\bheb ik\b|\bwe hebben\b|\b\w+(?:łam|łem|liśmy)\b|\bjsem\b|\bjsme\b|\bjag har\b|\bhar jag\b|\bjeg har\b|\bhar jeg\b"
    r"|\b(?:aku|saya|kami)\b|(?<!\w)(?:я|мы|ми)(?!\w)|\bolen\b|\bolemme\b|(?<!\w)έχω(?!\w)|\w+(?:d[ıiuü]m|t[ıiuü]m)\b|मैंने|我已|已(?:经|經)?(?:为|為|帮|幫|给|給)(?:您|你)|いたしました|했습니다|해 드렸",
    re.IGNORECASE,
)
DEEDS = {
    "book": """reserveret booket bestilt reservert varattu varasin marquei agendei reservei odłożył oluşturuldu oluşturdum lefoglalva; booked reserved scheduled; κλείστηκε κλείσαμε έκλεισα κρατήθηκε καταχωρήθηκε; sudah\\s+(?:aku\\s+|saya\\s+|kami\\s+)?(?:pesankan|dipesan|booking); rezervován rezervoval; lefoglal; đã\\s+đặt; จองแล้ว จองให้แล้ว; reservad apuntad agendad; gebucht reserviert eingetragen vorgemerkt; réservé booké; prenotat riservat; reservad agendad marcad; geboekt gereserveerd
        ingepland; zarezerwowan umówion zapisan zabukowan; забронирован забронировал записал записан зарезервирован зарезервировал; заброньован забронював записан записав зарезервован зарезервував; ayrıldı ayırttım rezerve ayarlandı; bokat bokad reserverat; تم حجز حجزت حجزنا; הזמנתי נקבע שריינתי; बुक कर दिया बुक हो गया;
        已预订 已预约 已預訂 已預約 订好了 预约好了; 予約しました 予約いたしました 予約が完了 お取りしました 予約を承りました; 예약했습니다 예약되었습니다 예약해 드렸; rezervat programat; reservada reservat apuntat; reservé agendé apunté; foglaltam foglaltunk beírtam; קבעתי רשמתי; (?:予約|手配|確保)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?(?:预订|預訂|预约|預約|订|訂); 예약(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+بحجز""",
    "cancel": """aflyst avbestilt avlyst peruttu peruin peruutet cancelei anulei töröltem; cancelled canceled; ακυρώθηκε ακύρωσα ακυρώσαμε; (?:sudah|telah)\\s+dibatalkan; zrušen zrušil; lemondt; đã\\s+hủy; ยกเลิกแล้ว ยกเลิกให้แล้ว; cancelad anulad; storniert abgesagt gekündigt; annulé; annullat cancellat disdett; geannuleerd; anulowan odwołan odwołał skasowan; отменён отменен отменил аннулирован; скасован скасува; iptal\\s+edildi iptal\\s+ettim; avbokad avbokat; تم إلغاء ألغيت; ביטלתי בוטל; रद्द कर दिया रद्द हो गया;
        已取消 取消好了 取消了; キャンセルしました キャンセルいたしました キャンセルが完了; 취소했습니다 취소되었습니다 취소해 드렸; anulat; anul·lad cancel·lad; cancelé anulé; lemondtam; (?:キャンセル|取り消し)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?取消; 취소(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+بإلغاء; ยกเลิก\\S{0,20}ให้\\S{0,9}แล้ว""",
    "register": """registreret registrert tilmeldt påmeldt rekisteröity registrei inscrevi; registered enrolled signed; ziekgemeld afgemeld; δηλώθηκε εγγράφηκε; (?:sudah|telah)\\s+(?:ter|di)daftar; inscrit registrad inscrito inscrita; angemeldet eingeschrieben registriert; inscrit; iscritt registrat; inscrit matriculad registad; ingeschreven aangemeld; zapisan zarejestrowan; зарегистрирован записан; зареєстрован; kaydettim kaydedildi kaydınız\\s+yapıldı; registrerad anmäld; تم تسجيل سجلت; רשמתי נרשמת; पंजीकृत रजिस्टर कर दिया; 已登记 已报名 已注册; 登録しました 登録いたしました 申し込みました; 등록했습니다 등록되었습니다; registré inscribí; regisztráltam; (?:登録|受付)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?(?:登记|登記|报名|報名|注册|註冊); (?:등록|신청|접수)(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+بتسجيل""",
    "change": """ændret flyttet tilføjet endret flyttet muutettu muutin siirretty siirsin alterei mudei troquei adicionei módosítottam změněna změnila; changed updated rescheduled moved added extended; prolongée?\\b; ampliad prorrogad; prorogat prolungat; prolongad; przedłużon; άλλαξα μεταφέρθηκε προστέθηκε; (?:sudah|telah)\\s+(?:diubah|dipindah|ditambah); změněn přesunut; đã\\s+đổi đã\\s+thêm; cambiad modificad añadid actualizad; geändert verschoben hinzugefügt umgebucht verlängert ergänzt; modifié ajouté déplacé changé; modificat spostat aggiunt cambiat; alterad adicionad mudad remarcad; gewijzigd toegevoegd verplaatst aangepast; zmienion zmienił przełożon dodan dodał; изменён изменил добавил добавлен перенес; змінен змінив дода перенес; değiştirdim değiştirildi eklendi ekledim; ändrat ändrad tillagd; تم تغيير تم إضافة أضفت; שיניתי הוספתי; बदल दिया जोड़ दिया; 已更改 已修改 已添加 改好了; 変更しました 追加しました 変更いたしました; 변경했습니다 추가했습니다; cambié modifiqué moví actualicé añadí agregué; áthelyeztem meghosszabbítottam; הזזתי דחיתי הארכתי; (?:変更|延長|追加|修正|移動)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?(?:更改|修改|添加|延长|延長|改); (?:변경|연장|추가|수정)(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+ب(?:تغيير|تعديل|تمديد|إضافة); (?:เลื่อน|เปลี่ยน)\\S{0,20}ให้\\S{0,9}แล้ว""",
    "send": """sendt lähetetty lähetin enviei odeslána; sent\\b emailed dispatched; στάλθηκε έστειλα στείλαμε; (?:sudah|telah)\\s+(?:dikirim|terkirim); odeslán; đã\\s+gửi; enviad mandad; geschickt gesendet zugesandt verschickt; envoyé transmis; inviat mandat spedit; enviad mandad; verstuurd gestuurd verzonden; wysłan wysłał; отправлен отправил выслал; надіслан надісла відправ; gönderdim gönderildi; skickat skickad; تم إرسال أرسلت; שלחתי נשלח; भेज दिया; 已发送 已寄出 已發送 发给您了; 送りました お送りしました 送信しました; 보냈습니다 발송했습니다 보내드렸; envié mandé; elküldtem elküldtük; (?:送信|発送)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?(?:发送|發送|寄出); (?:발송|전송)(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+بإرسال""",
    "pay": """refunderet refundert tilbagebetalt hyvitetty palautettu reembolsei zaplacen; refunded reimbursed credited paid; επιστράφηκε επιστρέψαμε; (?:sudah|telah)\\s+dikembalikan; reembolsad devuelt abonad; erstattet gutgeschrieben; remboursé crédité; rimborsat accreditat; reembolsad creditad devolvid; terugbetaald gecrediteerd; zwrócon zwrócił; возвращены вернул возмещ; повернен поверн; iade\\s+edildi iade\\s+ettim; återbetald återbetalat; تم رد استرداد; זיכיתי הוחזר; वापस कर दिया; 已退款; 返金しました; 환불했습니다 환불되었습니다; reembolsé devolví; visszatérítettem; (?:返金)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?退款; 환불(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); قم(?:ت|نا)\\s+برد""",
    "order": """ordered placed; pedido\\s+realizado encargad; bestellt aufgegeben; commandé passé; ordinat effettuat; encomendad; besteld geplaatst; zamówion złożon; заказан оформлен; замовлен оформлен; sipariş\\s+verildi; beställd; تم طلب; הוזמן; ऑर्डर कर दिया; 已下单; 注文しました; 주문했습니다; pedí encargué; rendeltem megrendeltem; (?:注文)(?:を)?(?:いた|させていただき)?しました(?!ら); 已(?:经|經)?(?:(?:为|為|帮|幫|给|給)(?:您|你))?下单; 주문(?:을|를)?\\s*(?:완료)?(?:해\\s*드렸|했); สั่ง\\S{0,20}ให้\\S{0,9}แล้ว""",
    "pass": """passed\\s+(?:it|this|that|your\\s+\\w+)\\s+on forwarded have\\s+told 've\\s+told; weitergegeben weitergeleitet; transmis; inoltrat; encaminhad; doorgegeven; przekazał przekazan; передал; передав; ilettim; vidarebefordrat; 已转告 已转达; お伝えしました""",
    "confirm": """bekræftet bekreftet vahvistettu potvrzen; confirmed approved; confirmad; bestätigt; confirmé; confermat; confirmad; bevestigd; potwierdzon potwierdził; подтвержд; підтвердж; onaylandı; bekräftad; تم تأكيد مؤكد; אישרתי מאושר; पुष्टि हो गई; 已确认; 確定しました 確認できました; 확인되었습니다 확정되었습니다""",
    "finish": """leveret levert toimitettu doručen; delivered arrived; entregad; zugestellt geliefert ausgeliefert; livré; consegnat; entregue; bezorgd geleverd; dostarczon doręczon; доставлен; доставлен; teslim\\s+edildi; levererad levererat; تم تسليم; נמסר; डिलीवर हो गया; 已送达 已签收; 配達されました お届け済み; 배달되었습니다""",
    "ready": """hotová\\b hotový\\b hotové\\b valmis\\b; ready\\b; list[oa]s?\\b; fertig\\b abholbereit; prêt\\b prête\\b; pront[oa]\\b; klaar\\b gereed\\b; gotowe gotowy gotowa; готов готова готово; готовий готова готове; hazır\\b; färdig\\b; جاهز جاهزة; מוכן מוכנה; तैयार; 准备好了 好了; 準備できました; 준비되었습니다""",
    "call": """'ll\\s+call will\\s+call 'll\\s+ring; llamará llamarán llamaremos; ruft\\s+Sie Sie\\s+an(?:ge)?rufen meldet\\s+sich; rappellera appellera rappellerons; chiamerà richiamerà chiameranno; ligará ligaremos telefona-lhe; belt\\s+u belt\\s+je; zadzwoni\\b oddzwoni\\b; позвонит\\b перезвонит\\b; зателефонує передзвонить; arayacak; ringer\\s+dig; سيتصل; יתקשר; कॉल करेंगे; 会给您打电话 会回电; お電話いたします お電話します; 전화드리겠습니다""",
    "leave": """on\\s+(?:its|the|their)\\s+way en\\s+route; en\\s+camino en\\s+ruta; unterwegs; en\\s+route en\\s+chemin; in\\s+viaggio partit[oa]\\b in\\s+arrivo; a\\s+caminho; onderweg; w\\s+drodze; в\\s+пути; в\\s+дорозі; yola\\s+çıktı yolda\\b; på\\s+väg på\\s+vej på\\s+vei; matkalla; στο\\s+δρόμο καθ\\s+οδόν; na\\s+cestě; dalam\\s+perjalanan; في\\s+الطريق; בדרך; 在路上 配送中 派送中; 배송 중""",
    "paid": """paid\\b; pagad[oa]\\b abonad[oa]\\b; bezahlt\\b beglichen\\b; payée?\\b réglée?\\b; pagat[oa]\\b saldat[oa]\\b; quitad[oa]\\b; betaald\\b; opłacon zapłacon; оплачен; оплачено; ödendi ödenmiş; betald\\b betalt\\b; maksettu; πληρώθηκε εξοφλ; مدفوع; שולם; 已支付 已付款 已付清; 支払い済み お支払い済み; 결제되었 결제 완료""",
    "active": """active\\b; activ[oa]\\b vigente; aktiv\\b aktiviert; acti(?:f|ve)\\b; attiv[oa]\\b; ativ[oa]\\b; actief\\b; aktywn; активн; aktif\\b; aktivní; فعال نشط; פעיל; 有効です""",
}
DENSE = re.compile(r"[\u0590-\u06ff\u0900-\u097f\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]")
CONCEPT_IN_DATA = {  # what a tool's field or value says, mostly in English
    "book": "book|reserv|appointment|slot|schedul|confirm", "cancel": "cancel|storn|annul", "register": "regist|enrol|inscri|confirm", "change": "chang|updat|modif|resched|added|new_",
    "send": "sent|ship|send|dispatch|email|mailed|label", "pay": "refund|paid|credit|reimburs|payment|pag[oa]|bezahlt|pay[eé]|opłacon|zapłacon|оплач|ödendi|支付|支払|مدفوع", "order": "order", "pass": "ticket|forward|message", "confirm": "confirm|active|valid|booked",
    "finish": "deliver(?:ed|y_status)|arrived|completed", "ready": "ready|eta|expected|pickup|completed|done|finished", "call": "callback|call_back|phone_call",
    "paid": "paid|pag[oa]|bezahlt|betaald|betalt|betald|pay[eé]|opłacon|zapłacon|оплач|öden|支付|支払|결제|مدفوع|settled|balance\"\\s*:\\s*0",
    "leave": "carrier|courier|handed|transit|route|on.(?:the|its).way|out.for|shipped|dispatch|deliver|sent|left|depart|partit|salid|unterwegs|drodze|camin|viagg|yolda|trackin|配送|発送|배송", "active": "activ|aktiv|valid|running|current|vigente|attiv|ativ",
}  # fmt: skip


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    made = {}
    for deed, lists in DEEDS.items():
        stems = [
            s
            for piece in lists.split(";")
            for s in (piece.split() if not DENSE.search(piece) else _phrases(piece))
        ]
        as_written = [(s if "\\" in s or "(?" in s else re.escape(s), bool(DENSE.search(s))) for s in stems]
        dense = [s for s, is_dense in as_written if is_dense]
        spaced = [s for s, is_dense in as_written if not is_dense]
        made[deed] = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(spaced)})|(?:{'|'.join(dense)})", re.IGNORECASE)
    return made


DONE = re.compile(
    r"^\W*(?:done|all set|listo|prontinho|feito|erledigt|c['’]est fait|fatto|gedaan|geregeld|gotowe|zrobione|hotovo|готово|сделано|зроблено|tamamd[ıi]r|halloldum"
    r"|klart|fixat|ordnat|ferdig|færdig|valmis|hoidettu|έτοιμο|έγινε|تم|בוצע|beres|sudah beres|xong|kész|gata|fet|已完成|搞定了?|完了しました|完了です|완료했습니다|완료되었습니다)\s*[!.,:;،。！，✅]",
    re.IGNORECASE,
)  # a whole deed in a word


def _phrases(piece: str) -> list[str]:
    """Words of scripts in which a deed may be a phrase: Arabic تم …, Hindi … कर दिया. Chinese, Japanese and Korean are a word each."""
    words = piece.split()
    found: list[str] = []
    for word in words:
        if found and (found[-1] in ("تم",) or word in ("कर", "दिया", "हो", "गया", "गई", "드렸")):
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def deeds_in(sentence: str) -> set[str]:
    """The deeds that a sentence speaks of; none where it asks."""
    if re.search(r"[?？؟]\s*[\"'»”)]*\s*$", sentence):
        return set()
    return {deed for deed, _ in _found(sentence)}


@lru_cache(maxsize=300)
def _found(sentence: str) -> tuple[tuple[str, re.Match[str]], ...]:
    """The words for deeds in a sentence."""
    return tuple((deed, m) for deed, pattern in _patterns().items() for m in pattern.finditer(sentence))


# Endings of a past tense in the first person, of languages that leave the pronoun out: "lefoglaltam", "קבעתי", "cancelei", "reservé".
MY_ENDING = re.compile(
    r"(?:t[ae]m|tunk|tünk|תי|ei|łam|łem|liśmy|łyśmy|[σψξ]α|[σψξ]αμε|(?<=[sr])in|imme|ました|습니다|드렸\w*)$",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:I|we)\s+(?:(?:\w+ly|just|also)\s+)?$", re.IGNORECASE)


def by_me(sentence: str) -> bool:
    """Whether a deed that a sentence speaks of is that of the one who writes: no passage can show it."""
    if BY_ME.search(sentence):
        return True
    for _, found in _found(sentence):
        word = re.match(r"\w+", sentence[found.start() :])
        if MY_ENDING.search(found[0]) or (word and MY_ENDING.search(word[0])):
            return True
        if PRONOUN.search(sentence[: found.start()]):
            return True
    return False


REFUSED = re.compile(
    r"error|fail|reject|denied|declin|not[ _-]?(?:found|possible|allowed|available)|unavailable|invalid|conflict|too[ _]late|refused",
    re.IGNORECASE,
)
# A field that only plans something (ready_estimate), without its value; one that is true or has a date of the past tense stays.
FIELD = re.compile(r'"(?!\w+_(?:on|at)")\w+"\s*:\s*(?!true)')
# What is false, empty, or waits for something shows nothing.
UNDONE = re.compile(
    r'"[^"]+"\s*:\s*(?:false|null|0(?![.\d])|"(?:[^"]*[_ ])?(?:pending|await\w*|waiting|unpaid|unconfirmed|not|no|inactive)(?:[_ ][^"]*)?")',
    re.IGNORECASE,
)
FREE = re.compile(r'"(?:free|available|availability|slots|free_\w+|available_\w+)"\s*:')


def refuses(outcome: str) -> bool:
    """Whether a tool's answer says that it has not done what it was called for: an error, a state of refusal, `"cancelled": false`."""
    try:
        value = json.loads(outcome)
    except ValueError:
        return False
    if not isinstance(value, dict):
        return False
    truths = [v for v in value.values() if isinstance(v, bool)]
    states = [str(value[k]) for k in ("status", "state", "result", "outcome", "code") if k in value]
    errors = value.get("error") or value.get("errors")
    return bool(errors) or (bool(truths) and not any(truths)) or any(REFUSED.search(s) for s in states)


def shown_by(deed: str, data: str) -> bool:
    """Whether a tool's answer, or what was said, speaks of a deed."""
    data = UNDONE.sub(" ", data)
    if deed in ("ready", "confirm", "finish"):
        data = FIELD.sub(" ", data)
    if deed == "book" and FREE.search(data):
        return False
    return bool(re.search(CONCEPT_IN_DATA[deed], data, re.IGNORECASE) or _patterns()[deed].search(data))


def undone(
    draft: Draft, sources: Sequence[Source], tools: Sequence[str], handed_off: bool, failed: Collection[str]
) -> Iterable[Finding]:
    """What a reply says was done, where no tool has done it and nothing that was looked up or said speaks of it.

    `tools`: those that have answered. `failed`: those that should have changed something and did not; a reply must not be silent about that.
    """
    denied = next((s for s, _ in draft.sentences if _claims_what_failed(s, failed)), None)
    if denied or (failed and draft.kind in ("answer", None) and not _admits_failure(draft, sources, failed)):
        yield Finding("deed", denied or draft.text, f"{', '.join(sorted(failed))} has failed: say so")
        return
    first = draft.sentences[0][0] if draft.sentences else ""
    marked = any(is_passage(mark) for _, marks in draft.sentences for mark in marks)
    if (tools or marked) and DONE.match(first) and not asks(first) and not handed_off:
        yield Finding("deed", first, first)
    silent = ("clock", "hours", "customer")
    data = " ".join(s.text for s in sources if not is_passage(s.key) and s.key not in silent)
    asked = figures(" ".join(s.text for s in sources if s.key in ("customer", "said")))
    for place, (sentence, named) in enumerate(draft.sentences):
        # A mark at the end of a paragraph is that of its sentences.
        marks = named or next((m for _, m in draft.sentences[place:] if m), ())
        record = any(
            f.unit == "code" for f in figures(sentence)
        )  # of an order or a booking: no passage speaks of it
        passages = " ".join(f"{s.context} {s.text}" for s in sources if is_passage(s.key) and s.key in marks)
        mine = bool(marks) and by_me(sentence)
        if marks and any(map(is_passage, marks)) and not record and not mine:
            continue
        passages = "" if record or mine else passages
        recalled = any(
            same(f, g) for f in figures(sentence) if f.unit in DAYS for g in asked if g.unit in DAYS
        )
        forecast = any(f.unit in ("date", "weekday", "day") for f in figures(sentence))
        for deed in deeds_in(sentence):
            if negates(after_lead(sentence)):
                break
            if passages and deed in ("order", "pay"):
                continue  # what the customer did: "I see that you ordered"
            if deed in ("ready", "finish", "leave", "active", "paid") and (not tools or negates(sentence)):
                continue  # no order or repair was asked for, or it is not
            if (deed == "ready" and forecast) or (deed in ("order", "pay", "send") and recalled):
                continue  # when it will be; what the customer says that they did
            if (
                not shown_by(deed, f"{data} {passages}")
                and not _looked_up(deed, sentence, sources, tools)
                and not (deed in ("pass", "call") and handed_off)
            ):
                yield Finding("deed", sentence, deed)
                break


LEAD = 3  # words


def after_lead(sentence: str) -> str:
    """A sentence without the few words that take up what was asked: "No problem, I have cancelled it" denies nothing."""
    lead, mark, rest = sentence.partition(",")
    return rest if mark and len(lead.split()) <= LEAD and rest.strip() else sentence


CLAUSE = re.compile(r"[,;:，；、،]\s*")
NUMBERED = re.compile(r"(?<![\w-])(?=[\w-]*\d{3})(?:[A-Za-z]{1,4}-?\d{3,}|\d{5,})(?![\w-])")


def of_another(draft: Draft, sources: Sequence[Source], tools: Sequence[str]) -> Iterable[Finding]:
    """A reply about an order or a booking of one number from a tool's answer that only has another number of the same form."""
    asked = " ".join(s.text for s in sources if s.key == "customer").upper()
    answers = " ".join(s.text for s in sources if s.key in tools).upper()
    theirs = set(NUMBERED.findall(answers))
    for number in NUMBERED.findall(asked):
        form = _form(number)
        others = {other for other in theirs if _form(other) == form}
        if number not in answers and others and not any(other in draft.text.upper() for other in others):
            yield Finding("misplaced", draft.text, number)


def _form(number: str) -> str:
    return re.sub(r"[A-Z]", "A", re.sub(r"\d", "9", number.replace("-", "")))


def _looked_up(deed: str, sentence: str, sources: Sequence[Source], tools: Sequence[str]) -> bool:
    """Whether a sentence only repeats the record of something done before: get_booking was called, and its answer has all of the figures."""
    told = [f for f in figures(sentence) if f.unit != "weekday"]
    return bool(told) and any(
        re.search(CONCEPT_IN_DATA[deed], s.key, re.IGNORECASE)
        and all(any(same(f, g) for piece in segments(s) for g in piece.figures) for f in told)
        for s in sources
        if s.key in tools
    )


def _claims_what_failed(sentence: str, failed: Collection[str]) -> bool:
    """Whether a sentence says that something was done of the kind that a tool has failed to do: "is cancelled" after `cancel_order`."""
    return any(
        re.search(CONCEPT_IN_DATA[deed], tool, re.IGNORECASE)
        for clause in CLAUSE.split(sentence)
        if not negates(clause)
        for deed in deeds_in(clause)
        for tool in failed
    )


def _admits_failure(draft: Draft, sources: Sequence[Source], failed: Collection[str]) -> bool:
    """Whether a reply denies something, asks, or quotes or repeats what a tool that failed has answered."""
    answers = " ".join(s.text for s in sources if s.key in failed)
    if any(sentence.strip() and sentence.strip() in answers for sentence, _ in draft.sentences):
        return True
    asked = any(asks(sentence) for sentence, _ in draft.sentences)
    return asked or denies(draft.text)
