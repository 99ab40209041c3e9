"""More invented businesses, of the kinds whose layouts are hard to read: long names, prices from an amount, remarks that wrap, hours in two parts."""

from __future__ import annotations

from trades import TRADES, Trade, _section, _table

SHOPS = {
    t.name.split()[0]: t
    for t in [
        Trade(
            "en",
            "Larkfield Kitchen & Rooms",
            "£{}",
            ["Dish", "What it comes with", "Half", "Full"],
            [
                _section(
                    "To begin",
                    "Smoked trout pâté | rye toast, pickled cucumber and a spoon of horseradish cream | 6.80 | 9.40",
                    "Beetroot and goat's curd | walnuts, sorrel, honey from the garden | 6.20 | 8.90",
                    "Soup of the day | with soda bread; ask us what is in it today | 4.90 | 6.60",
                ),
                _section(
                    "From the stove",
                    "Shepherd's pie | lamb shoulder cooked for seven hours under mashed potato, peas on the side | 11.50 | 16.80",
                    "Hake in brown butter | capers, new potatoes and samphire when there is any | 13.20 | 19.70",
                    "Mushroom barley | wild mushrooms, thyme, an egg on request | 10.40 | 14.10",
                ),
                _section(
                    "Sweet",
                    "Treacle tart | clotted cream | 4.10 | 6.30",
                    "Three cheeses | oatcakes and quince | 7.70 | 11.20",
                ),
            ],
            "When we serve",
            _table("Monday|no kitchen", "Tuesday to Thursday|12:00-14:30, 18:00-21:00", "Friday|12:00-14:30, 17:30-22:00", "Saturday|11:30-22:00", "Sunday|11:30-16:00"),
            _table("Room|Low season|Spring|Summer|Christmas", "Hayloft|£78|£92|£118|", "Dairy|£64|£75||£110", "Shepherd's hut|£55||£83|", "Granary||£120|£145|£190"),
            ["Tables are kept for fifteen minutes after the hour that you booked.", "Dogs may lie under the tables in the bar, not in the dining room."],
        ),
        Trade(
            "it",
            "Corsini Studio Dentistico",
            "€ {}",
            ["Prestazione", "Comprende", "Adulti", "Ragazzi"],
            [
                _section(
                    "Prevenzione",
                    "Prima visita | controllo, radiografia se serve e un preventivo scritto | 45,00 | 30,00",
                    "Igiene orale | ablazione del tartaro e lucidatura | 85,00 | 55,00",
                    "Sigillatura per dente | solo molari permanenti | 40,00 | 35,00",
                ),
                _section(
                    "Cure",
                    "Otturazione piccola | composito, una faccia | 95,00 | 70,00",
                    "Otturazione estesa | composito, due o tre facce, anestesia compresa | 140,00 | 105,00",
                    "Devitalizzazione | due sedute con radiografia finale | 320,00 | 260,00",
                ),
            ],
            "Orario di ricevimento",
            _table("lunedì|14:30-19:30", "martedì e giovedì|8:30-12:30, 15:00-19:00", "mercoledì|8:30-13:30", "venerdì|9:00-17:00"),
            _table("Dottore|Lun|Mar|Mer|Ven", "Corsini|14-19||8-13|", "Bellandi||8-12|9-13|9-17", "Tofani|15-19|||9-14"),
            ["Le visite non disdette entro il giorno prima si pagano per metà.", "Si può pagare in quattro rate senza interessi oltre i trecento euro."],
        ),
        Trade(
            "nl",
            "Kadewiel Fietsverhuur",
            "€ {}",
            ["Fiets", "Bijzonderheden", "Per dag", "Per week"],
            [
                _section(
                    "Gewone fietsen",
                    "Stadsfiets drie versnellingen | handrem, mandje voorop, dubbel slot | 11,50 | 52,00",
                    "Kinderfiets 20 inch | helm erbij zonder kosten | 7,50 | 31,00",
                    "Tandem | voor twee personen van samen hoogstens 170 kilo | 24,00 | 108,00",
                ),
                _section(
                    "Elektrisch",
                    "E-fiets lage instap | bereik ongeveer 80 kilometer, lader gaat mee | 29,50 | 134,00",
                    "Bakfiets met motor | drie kinderen of een hond, regenhuif op verzoek | 44,00 | 198,00",
                    "Vouwfiets met accu | past in de trein | 26,00 | 119,00",
                ),
            ],
            "Openingstijden",
            _table("maandag|gesloten", "dinsdag t/m vrijdag|9:00-12:30, 13:30-18:00", "zaterdag|8:30-17:30", "zondag|10:00-16:00"),
            _table("Station|apr|jun|aug|okt", "Kade|9-18|8-20|8-21|", "Duinpan||9-19|9-20|10-15", "Veerhuis|10-16||9-18|"),
            ["Borg is vijftig euro per fiets, honderd voor elektrische.", "Na sluitingstijd kan de fiets in de kluis naast de deur."],
        ),
        Trade(
            "cs",
            "Kometa autoškola",
            "{} Kč",
            ["Kurz", "Obsah", "Běžná cena", "Studenti"],
            [
                _section(
                    "Řidičské průkazy",
                    "Skupina B základní | 28 hodin jízd, učebnice a jedna zkouška | 21 900 | 19 400",
                    "Skupina B rychlokurz | čtyři týdny, jízdy i o víkendu | 26 500 | 24 800",
                    "Motocykl A2 | výbava k zapůjčení | 17 200 | 15 600",
                ),
                _section(
                    "Kondiční jízdy",
                    "Jedna hodina ve městě | auto školy | 890 | 790",
                    "Jízda po dálnici | dvě hodiny včetně paliva | 1 750 | 1 600",
                    "Nácvik parkování | na cvičišti, kužely a couvání | 990 | 850",
                ),
            ],
            "Úřední hodiny",
            _table("pondělí|8:00-11:30, 13:00-17:00", "úterý|zavřeno", "středa a čtvrtek|10:00-18:30", "pátek|8:00-14:00"),
            _table("Učitel|Po|St|Čt|So", "Vaněk|8-12||14-18|", "Hrubá||9-15|10-16|8-11", "Zelenka|13-19|||9-13"),
            ["Zkoušku lze dvakrát opakovat za správní poplatek.", "Lékařský posudek přineste nejpozději před první jízdou."],
        ),
        Trade(
            "sv",
            "Björkens hunddagis",
            "{} kr",
            ["Tjänst", "Det här ingår", "Liten hund", "Stor hund"],
            [
                _section(
                    "Dagplatser",
                    "Heldag måndag till fredag | två promenader, lek och vila i eget rum | 295 | 340",
                    "Halvdag | före eller efter tolv | 180 | 205",
                    "Provdag | vi ses och ser om det passar | 90 | 95",
                ),
                _section(
                    "Klippning och bad",
                    "Bad med fön | milt schampo, klor och öron | 420 | 610",
                    "Helklippning | efter rasens mall eller som du vill ha det | 690 | 980",
                    "Tassar och klor | på tjugo minuter | 150 | 160",
                ),
            ],
            "Öppettider",
            _table("Måndag till torsdag|6:30-18:15", "Fredag|6:30-17:00", "Lördag|9:00-12:00, 16:00-18:00", "Söndag|stängt"),
            _table("Skötare|Mån|Ons|Fre|Lör", "Elin|6-12||6-14|", "Torbjörn||12-18||9-12", "Saga|9-17|8-16||16-18"),
            ["Hunden ska vara vaccinerad mot valpsjuka och kennelhosta.", "Vid sjukdom betalas ingen avgift för dagen."],
        ),
        Trade(
            "fr",
            "Tilleuls Auberge",
            "{} €",
            ["Chambre", "Équipement", "Basse saison", "Haute saison"],
            [
                _section(
                    "Au premier étage",
                    "Chambre du tilleul | lit double, baignoire, vue sur la cour et le vieux puits | 84,00 | 112,00",
                    "Chambre bleue | deux lits, douche | 71,00 | 96,00",
                    "Petite chambre sous l'escalier | un lit, lavabo, douche sur le palier | 48,00 | 59,00",
                ),
                _section(
                    "Dans la grange",
                    "Studio du meunier | cuisine, poêle à bois, terrasse au bord de l'eau | 129,00 | 168,00",
                    "Dortoir de huit | par personne, draps compris | 26,00 | 31,00",
                    "Suite familiale | quatre personnes, lit de bébé sur demande | 143,00 | 189,00",
                ),
            ],
            "Réception",
            _table("lundi au jeudi|7 h 30 à 11 h, 16 h à 21 h", "vendredi|7 h 30 à 22 h", "samedi|8 h à 22 h 30", "dimanche|8 h à 12 h"),
            _table("Service|juin|juillet|août|septembre", "Location de barques|14 €|18 €|18 €|", "Panier pique-nique||16 €|17 €|15 €", "Vélo à la journée|12 €||13 €|11 €"),
            ["La taxe de séjour de 1,10 € par nuit n'est pas comprise.", "Les animaux sont admis dans la grange seulement."],
        ),
    ]
}  # fmt: skip
ALL = {**{t.lang: t for t in TRADES.values()}, **SHOPS}
