"""Invented small businesses in fifteen languages: services in sections with a description and two prices, hours, a matrix with gaps, remarks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    lang: str
    name: str
    money: str  # how an amount is written: "{} €"
    header: list[str]  # service, description, two kinds of price
    sections: list[tuple[str, list[list[str]]]]  # section, rows of name, description, two amounts without currency
    hours_title: str
    hours: list[list[str]]  # day, times
    matrix: list[list[str]]  # header, rows; empty cells are facts
    notes: list[str]

    def rows(self, money: bool = True) -> list[list[str]]:
        return [[n, d, *(self.paid(a) if money else a for a in amounts)] for _, rows in self.sections for n, d, *amounts in rows]

    def paid(self, amount: str) -> str:
        return self.money.format(amount) if amount[:1].isdigit() else amount

    def full(self, money: bool = True) -> list[list[str]]:
        """The header and all rows."""
        return [self.header, *self.rows(money)]

    def plain(self, money: bool = True) -> list[list[str]]:
        """Without the descriptions."""
        return [[self.header[0], *self.header[2:]], *([r[0], *r[2:]] for r in self.rows(money))]

    def pairs(self) -> list[list[str]]:
        """Names with the first amount."""
        return [[r[0], r[2]] for r in self.rows()]

    def part(self, number: int, money: bool = True) -> list[list[str]]:
        """The header and one section's rows, without the descriptions."""
        own = {r[0] for r in self.sections[number][1]}
        return [r for n, r in enumerate(self.plain(money)) if not n or r[0] in own]


def _section(title: str, *lines: str) -> tuple[str, list[list[str]]]:
    return title, [line.split(" | ") for line in lines]


def _table(*lines: str) -> list[list[str]]:
    return [[c.strip() for c in line.split("|")] for line in lines]


TRADES = {
    t.lang: t
    for t in [
        Trade(
            "en",
            "Brindle & Paw Dog Groomers",
            "£{}",
            ["Treatment", "What is included", "Small dog", "Large dog"],
            [
                _section(
                    "Bath and brush",
                    "Quick bath | shampoo, towel and a blow dry of ten minutes | 18.50 | 27.00",
                    "Full groom | bath, hand scissoring, ears and a bow if you like one | 36.00 | 52.50",
                    "Puppy visit | half an hour to get used to the table and the noise | 14.00 | 15.50",
                ),
                _section(
                    "Extras",
                    "Nail trim | all four paws, dew claws too | 7.50 | 9.00",
                    "Teeth cleaning | ultrasonic brush, no anaesthetic | 21.00 | 24.50",
                    "Flea treatment | tablet and medicated wash | 16.50 | 19.75",
                ),
            ],
            "Opening times",
            _table("Monday|closed", "Tuesday to Thursday|8:30-17:00", "Friday|8:30-19:00", "Saturday|9:00-13:30"),
            _table("Groomer|Mon|Wed|Fri|Sat", "Hazel|9-12||9-15|", "Idris|13-17|10-17||9-13", "Mabel||8-11|12-19|"),
            ["Dogs that bite are muzzled at the owner's expense.", "Cancel by noon on the day before."],
        ),
        Trade(
            "es",
            "Taller Mecánico Robledo",
            "{} €",
            ["Trabajo", "Qué incluye", "Turismo", "Furgoneta"],
            [
                _section(
                    "Mantenimiento",
                    "Cambio de aceite | aceite sintético, filtro y revisión de niveles | 64,90 | 82,50",
                    "Pastillas de freno | eje delantero, piezas y mano de obra | 118,00 | 143,20",
                    "Carga de aire acondicionado | gas, prueba de fugas y limpieza del circuito | 71,00 | 86,40",
                ),
                _section(
                    "Neumáticos",
                    "Equilibrado | por rueda, con contrapesos nuevos | 9,50 | 12,75",
                    "Pinchazo | reparación interior, en el acto si hay hueco | 17,00 | 22,30",
                    "Alineado | ambos ejes, con informe impreso | 45,00 | 57,60",
                ),
            ],
            "Horario",
            _table("lunes a jueves|8:00-18:30", "viernes|8:00-15:00", "sábado|9:30-13:00", "domingo|cerrado"),
            _table("Mecánico|lunes|miércoles|viernes|sábado", "Begoña|8-14||8-15|", "Ismael|10-18|9-18||9-13", "Nuria||12-17|8-12|"),
            ["El presupuesto es gratuito y vale quince días.", "El coche de sustitución se reserva por teléfono."],
        ),
        Trade(
            "de",
            "Wäscherei Sonnenhof",
            "{} €",
            ["Leistung", "Enthalten", "Normal", "Express"],
            [
                _section(
                    "Oberbekleidung",
                    "Hemd | waschen, bügeln und auf dem Bügel geliefert | 2,90 | 4,40",
                    "Anzug | chemisch gereinigt, zweiteilig, mit Kleidersack | 16,50 | 22,80",
                    "Wintermantel | gereinigt und neu imprägniert | 24,00 | 33,50",
                ),
                _section(
                    "Haushalt",
                    "Bettwäsche | je Garnitur, gemangelt und gefaltet | 8,20 | 11,70",
                    "Vorhang | je Meter, abgenommen gegen Aufpreis | 6,60 | 9,30",
                    "Daunendecke | schonend getrocknet, Federn werden geprüft | 27,40 | 38,90",
                ),
            ],
            "Öffnungszeiten",
            _table("Montag|7:30-18:00", "Dienstag bis Freitag|8:00-18:30", "Samstag|9:00-12:00", "Sonntag|geschlossen"),
            _table("Filiale|Mo|Mi|Fr|Sa", "Bahnhof|7-18||7-16|", "Altstadt|9-17|10-19||9-12", "Messe||8-13|12-20|"),
            ["Was nach sechs Wochen nicht abgeholt ist, geht an die Caritas.", "Für Pelze übernehmen wir keine Haftung."],
        ),
        Trade(
            "fr",
            "Institut Belle Rive",
            "{} €",
            ["Soin", "Détail", "Court", "Long"],
            [
                _section(
                    "Visage",
                    "Nettoyage de peau | vapeur, extraction douce et masque apaisant | 48,00 | 67,50",
                    "Teinture des cils | tient environ quatre semaines | 22,50 | 26,00",
                    "Modelage japonais | gestes lents du front jusqu'aux épaules | 55,00 | 79,00",
                ),
                _section(
                    "Corps",
                    "Gommage au sel | suivi d'une huile tiède | 39,00 | 58,50",
                    "Épilation jambes | cire jetable, sans rendez-vous le matin | 24,00 | 31,50",
                    "Enveloppement d'algues | sous couverture chauffante, douche comprise | 46,50 | 64,00",
                ),
            ],
            "Horaires",
            _table("lundi|fermé", "mardi et mercredi|9 h 30 à 18 h", "jeudi|11 h à 20 h", "samedi|9 h à 16 h"),
            _table("Praticienne|lundi|mercredi|vendredi|samedi", "Solène|9-13||9-17|", "Inès|14-18|10-19||9-16", "Maud||8-12|12-20|"),
            ["Les bons cadeaux sont valables dix mois.", "Toute annulation tardive est facturée à moitié."],
        ),
        Trade(
            "pt",
            "Papelaria e Gráfica Azulejo",
            "{} €",
            ["Produto", "Descrição", "Até 100", "Mais de 100"],
            [
                _section(
                    "Impressão",
                    "Cartão de visita | papel mate de 350 gramas, frente e verso | 0,32 | 0,19",
                    "Folheto A5 | quatro cores, papel brilhante | 0,54 | 0,37",
                    "Cartaz A2 | impresso em papel resistente à chuva | 4,80 | 3,65",
                ),
                _section(
                    "Acabamento",
                    "Plastificação | bolsa de 125 mícrones, cantos redondos | 1,20 | 0,85",
                    "Encadernação | espiral metálica e capa transparente | 3,40 | 2,75",
                    "Corte especial | molde do cliente ou nosso | 2,10 | 1,45",
                ),
            ],
            "Horário",
            _table("segunda a quinta|9:00-18:45", "sexta|9:00-17:15", "sábado|10:00-13:00", "domingo|encerrado"),
            _table("Balcão|seg|qua|sex|sáb", "Baixa|9-12||9-15|", "Campo Grande|13-18|10-17||9-13", "Oriente||8-11|12-19|"),
            ["Trabalhos urgentes custam mais trinta por cento.", "A prova de cor é gratuita."],
        ),
        Trade(
            "pl",
            "Szkoła Pływania Delfin",
            "{} zł",
            ["Kurs", "Opis", "Dziecko", "Dorosły"],
            [
                _section(
                    "Zajęcia grupowe",
                    "Oswajanie z wodą | płytki basen, najwyżej sześć osób w grupie | 38,00 | 46,00",
                    "Kraul od podstaw | osiem spotkań z instruktorem w wodzie | 52,50 | 61,00",
                    "Skoki do wody | tylko dla tych, którzy dobrze nurkują | 44,00 | 57,50",
                ),
                _section(
                    "Zajęcia indywidualne",
                    "Lekcja próbna | trzydzieści minut na wybranym torze | 65,00 | 78,00",
                    "Trening z kamerą | nagranie pod wodą i omówienie | 94,00 | 112,00",
                    "Korekta stylu | jedna osoba, jeden instruktor | 83,50 | 99,00",
                ),
            ],
            "Godziny otwarcia",
            _table("poniedziałek|6:00-21:00", "od wtorku do piątku|6:30-22:00", "sobota|8:00-20:30", "niedziela|nieczynne"),
            _table("Instruktor|pon.|śr.|pt.|sob.", "Żaneta|9-12||9-15|", "Łukasz|13-17|10-18||9-13", "Olga||8-11|12-19|"),
            ["Czepek jest obowiązkowy.", "Karnet ważny jest dziewięć tygodni od zakupu."],
        ),
        Trade(
            "tr",
            "Çınar Halı Yıkama",
            "{} TL",
            ["Hizmet", "Açıklama", "Standart", "Ekspres"],
            [
                _section(
                    "Halı",
                    "Makine halısı | metrekare fiyatı, servis ücretsizdir | 85 | 120",
                    "Yün halı | doğal şampuan ile elde yıkanır | 140 | 195",
                    "Şaggy halı | uzun tüylü, iki kez durulanır | 110 | 155",
                ),
                _section(
                    "Mobilya",
                    "Koltuk | tek kişilik, yerinde temizlik | 260 | 340",
                    "Çift kişilik yatak | iki yüzü de vakumlanır | 420 | 515",
                    "Perde | sökme ve takma dahildir | 180 | 235",
                ),
            ],
            "Çalışma saatleri",
            _table("Pazartesi|08:00-19:00", "Salı - Cuma|09:00-19:30", "Cumartesi|10:00-16:00", "Pazar|kapalı"),
            _table("Bölge|Pzt|Çar|Cum|Cmt", "Kadıköy|9-12||9-15|", "Üsküdar|13-17|10-18||9-13", "Şişli||8-11|12-19|"),
            ["Teslimat üç iş günü içinde yapılır.", "Yırtık halılar teslim alınmaz."],
        ),
        Trade(
            "el",
            "Ανθοπωλείο Μυρτιά",
            "{} €",
            ["Σύνθεση", "Περιγραφή", "Μικρή", "Μεγάλη"],
            [
                _section(
                    "Ανθοδέσμες",
                    "Τριαντάφυλλα | κόκκινα ή λευκά με πρασινάδα εποχής | 28,00 | 49,50",
                    "Αγριολούλουδα | ό,τι φέρνει ο κήπος εκείνη την ημέρα | 19,50 | 34,00",
                    "Τουλίπες | από τον Ιανουάριο έως τον Απρίλιο | 16,00 | 29,00",
                ),
                _section(
                    "Γλάστρες",
                    "Ορχιδέα | σε κεραμική γλάστρα με κάρτα | 24,50 | 41,00",
                    "Ελιά | μικρό δέντρο για μπαλκόνι | 37,00 | 68,00",
                    "Βασιλικός | πλατύφυλλος, χωρίς φυτοφάρμακα | 4,50 | 7,80",
                ),
            ],
            "Ωράριο",
            _table("Δευτέρα|κλειστά", "Τρίτη έως Πέμπτη|9:00-20:30", "Παρασκευή|9:00-21:00", "Σάββατο|8:30-15:00"),
            _table("Κατάστημα|Δευ|Τετ|Παρ|Σαβ", "Κηφισιά|9-12||9-15|", "Παγκράτι|13-17|10-18||9-13", "Βούλα||8-11|12-19|"),
            ["Η παράδοση μέσα στην πόλη είναι δωρεάν.", "Για γάμους χρειάζεται ραντεβού."],
        ),
        Trade(
            "ru",
            "Фотостудия «Ракурс»",
            "{} ₽",
            ["Услуга", "Что входит", "Будни", "Выходные"],
            [
                _section(
                    "Съёмка",
                    "Портрет | один час в зале, двадцать снимков без обработки | 2900 | 3700",
                    "Семейная съёмка | до пяти человек, реквизит бесплатно | 4600 | 5800",
                    "Фото на документы | готово через десять минут | 450 | 520",
                ),
                _section(
                    "Печать",
                    "Холст | натянут на подрамник, покрыт лаком | 1850 | 2150",
                    "Фотокнига | твёрдая обложка, двадцать разворотов | 3200 | 3650",
                    "Магнит | тираж от трёх штук | 190 | 240",
                ),
            ],
            "Часы работы",
            _table("понедельник|выходной", "вторник — четверг|10:00-20:00", "пятница|10:00-21:30", "суббота|9:00-18:00"),
            _table("Зал|пн|ср|пт|сб", "Северный|9-12||9-15|", "Циклорама|13-17|10-18||9-13", "Лофт||8-11|12-19|"),
            ["Опоздание более четверти часа вычитается из времени.", "Исходные файлы хранятся три месяца."],
        ),
        Trade(
            "ar",
            "مغسلة النخيل",
            "{} درهم",
            ["الخدمة", "التفاصيل", "عادي", "مستعجل"],
            [
                _section(
                    "ملابس",
                    "ثوب | غسيل وكي مع النشا | 12 | 18",
                    "عباءة | تنظيف جاف مع التعطير | 25 | 37",
                    "بدلة رسمية | قطعتان مع كيس حافظ | 41 | 58",
                ),
                _section(
                    "مفروشات",
                    "بطانية | تجفيف بالهواء الدافئ | 33 | 46",
                    "ستارة | للمتر الواحد | 15 | 22",
                    "سجادة | شامبو خاص بالصوف | 64 | 83",
                ),
            ],
            "أوقات العمل",
            _table("السبت|9:00-22:00", "الأحد إلى الأربعاء|8:00-21:30", "الخميس|8:00-23:00", "الجمعة|مغلق"),
            _table("الفرع|السبت|الاثنين|الخميس", "المرسى|9-12||9-15", "البرشاء|13-17|10-18|", "ديرة||8-11|12-19"),
            ["نوصل الطلبات مجانا داخل المدينة.", "لا نستلم الجلود."],
        ),
        Trade(
            "he",
            "מאפיית הגפן",
            "{} ₪",
            ["מוצר", "תיאור", "קטן", "גדול"],
            [
                _section(
                    "לחמים",
                    "מחמצת שיפון | תסיסה איטית במשך לילה שלם | 24 | 36",
                    "חלה קלועה | רק בימי שישי עד גמר המלאי | 17 | 28",
                    "באגט | נאפה שלוש פעמים ביום | 9 | 13",
                ),
                _section(
                    "עוגות",
                    "עוגת גבינה | אפויה עם פירורים | 62 | 95",
                    "טארט לימון | מרנג שרוף ביד | 48 | 79",
                    "בראוניז | שוקולד מריר ואגוזים | 31 | 54",
                ),
            ],
            "שעות פתיחה",
            _table("ראשון|סגור", "שני עד חמישי|7:00-19:30", "שישי|6:30-14:00", "שבת|20:00-23:00"),
            _table("סניף|ראשון|שלישי|חמישי", "נמל|9-12||9-15", "מרכז|13-17|10-18|", "גבעה||8-11|12-19"),
            ["הזמנות לחג מתקבלות שבוע מראש.", "המשלוח חינם מעל מאתיים שקל."],
        ),
        Trade(
            "hi",
            "सरगम संगीत विद्यालय",
            "₹{}",
            ["पाठ्यक्रम", "विवरण", "मासिक", "त्रैमासिक"],
            [
                _section(
                    "गायन",
                    "शास्त्रीय गायन | सप्ताह में दो कक्षाएँ और अभ्यास नोट | 1800 | 4950",
                    "सुगम संगीत | समूह में अधिकतम आठ विद्यार्थी | 1450 | 3990",
                    "बच्चों की कक्षा | छह से दस वर्ष तक | 1100 | 3025",
                ),
                _section(
                    "वाद्य",
                    "तबला | वाद्य विद्यालय देता है | 1650 | 4560",
                    "सितार | केवल शनिवार को | 2100 | 5780",
                    "हारमोनियम | शुरुआती और मध्यम स्तर | 1525 | 4210",
                ),
            ],
            "समय",
            _table("सोमवार|अवकाश", "मंगलवार से गुरुवार|10:00-19:00", "शुक्रवार|11:00-20:30", "शनिवार|8:00-17:00"),
            _table("गुरु|सोम|बुध|शुक्र", "मीरा|9-12||9-15", "दीपक|13-17|10-18|", "अनवर||8-11|12-19"),
            ["प्रवेश शुल्क एक बार लिया जाता है।", "छूटी हुई कक्षा दोबारा नहीं होती।"],
        ),
        Trade(
            "th",
            "นวดแผนไทยดอกปีบ",
            "{} บาท",
            ["บริการ", "รายละเอียด", "60 นาที", "90 นาที"],
            [
                _section(
                    "นวด",
                    "นวดเท้า | แช่เท้าด้วยน้ำสมุนไพรก่อน | 350 | 490",
                    "นวดน้ำมัน | เลือกกลิ่นได้สามกลิ่น | 650 | 920",
                    "นวดคอบ่าไหล่ | เหมาะกับคนนั่งทำงานนาน | 420 | 580",
                ),
                _section(
                    "สปา",
                    "ขัดผิวมะขาม | พร้อมห่มผ้าอุ่น | 780 | 1050",
                    "พอกหน้า | ดินขาวและน้ำผึ้ง | 560 | 740",
                    "ประคบสมุนไพร | ลูกประคบทำเองทุกวัน | 510 | 690",
                ),
            ],
            "เวลาเปิด",
            _table("จันทร์|ปิด", "อังคารถึงพฤหัส|10:00-21:00", "ศุกร์|10:00-22:30", "เสาร์|9:00-23:00"),
            _table("หมอนวด|จันทร์|พุธ|ศุกร์", "สมศรี|9-12||9-15", "วันดี|13-17|10-18|", "ประไพ||8-11|12-19"),
            ["กรุณามาก่อนเวลาสิบนาที", "ไม่รับบัตรเครดิต"],
        ),
        Trade(
            "zh",
            "青竹眼镜店",
            "¥{}",
            ["项目", "说明", "普通", "加急"],
            [
                _section(
                    "配镜",
                    "单光镜片 | 含验光和一次免费调整 | 380 | 520",
                    "渐进镜片 | 需要试戴十五分钟 | 1680 | 1990",
                    "儿童镜架 | 硅胶鼻托，不含镜片 | 260 | 310",
                ),
                _section(
                    "维修",
                    "更换鼻托 | 当场完成 | 25 | 40",
                    "焊接镜腿 | 钛架除外 | 90 | 135",
                    "超声清洗 | 本店顾客不收费 | 15 | 30",
                ),
            ],
            "营业时间",
            _table("星期一|休息", "星期二至星期四|9:30-19:00", "星期五|9:30-20:30", "星期六|10:00-18:00"),
            _table("验光师|周一|周三|周五", "林晓|9-12||9-15", "赵敏|13-17|10-18|", "孙岳||8-11|12-19"),
            ["验光前请摘下隐形眼镜两小时。", "发票需要当天开具。"],
        ),
        Trade(
            "ja",
            "自転車工房つばめ",
            "{}円",
            ["作業", "内容", "一般車", "スポーツ車"],
            [
                _section(
                    "修理",
                    "パンク修理 | 一か所につき、十五分ほど | 1100 | 1430",
                    "ブレーキ調整 | 前後とも、ワイヤー代は別 | 880 | 1320",
                    "チェーン交換 | 部品代を含みます | 2750 | 4180",
                ),
                _section(
                    "点検",
                    "基本点検 | 空気圧と注油 | 1650 | 2200",
                    "分解整備 | お預かりは三日間 | 9900 | 17600",
                    "防犯登録 | 身分証が必要です | 660 | 670",
                ),
            ],
            "営業時間",
            _table("月曜日|定休日", "火曜日から木曜日|10:00-19:00", "金曜日|10:00-20:00", "土曜日|9:00-17:30"),
            _table("担当|月|水|金", "西田|9-12||9-15", "大森|13-17|10-18|", "平野||8-11|12-19"),
            ["お支払いは現金のみです。", "引き取りは十日以内にお願いします。"],
        ),
    ]
}
