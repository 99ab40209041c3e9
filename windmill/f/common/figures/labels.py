"""The labels that price lists and rules of all trades share, in many languages: adult, child, women, deposit, by night, small.

Each line is one label; a star stands for any ending. They are what tells two rows of a table apart where a reply and its source are of two languages.
A word that means another thing in another language is left out; a missing word only means that this look does not see it.
"""

# ruff: noqa: RUF001 - the scripts of many languages
from __future__ import annotations

import re
from functools import cache, partial

LABELS = """
adult*|erwachsen*|adulte*|adulto*|adulti|volwassene*|dorosł*|dorośli|взросл*|доросл*|yetişkin*|vuxn*|voksn*|aikuis*|dospěl*|felnőtt*
    |ενήλικ*|بالغ*|للبالغين|الكبار|מבוגר*|वयस्क*|dewasa|người lớn|大人|成人|성인|어른|adulți|adult|watu wazima
child|children|kids|kind|kinder|kindern|enfant*|niño*|niña*|bambin*|criança*|kinderen|dzieci|dziecko|dziecka|ребён*|ребен*|дети|детей
    |детям|детский|дитин*|діти|дітей|дитячий|çocuk*|barn|børn|lapsi|lapset|lasten|dítě|děti|dětí|gyerek*|gyermek*|παιδί|παιδιά|παιδιών|طفل
    |أطفال|الأطفال|للأطفال|ילד*|बच्चे|बच्चों|anak|trẻ em|子供|子ども|こども|小人|儿童|孩子|어린이|아이|copii|copil|watoto|mtoto
women|woman|ladies|frauen|damen|femme*|mujer*|donne|donna|mulher*|vrouwen|dames|kobiet*|женщин*|жінк*|жінок|kadın*|kvinnor|kvinder|damer
    |nais*|ženy|žen|nők|női|γυναίκ*|نساء|للنساء|السيدات|للسيدات|נשים|महिला*|wanita|phụ nữ|女性|女士|여성|femei
men|gentlemen|männer|herren|homme*|hombre*|caballeros|uomini|homens|mannen|heren|mężczyzn*|мужчин*|чоловік*|erkek*|män|mænd|herrar|miehet
    |miehille|muži|mužů|férfi*|άνδρ*|رجال|للرجال|גברים|पुरुष*|pria|nam giới|男性|男士|남성|bărbați
senior*|rentner*|retraité*|jubilad*|pensionist*|pensionat*|reformad*|gepensioneerd*|emeryt*|пенсионер*|пенсіонер*|emekli*|pensionär*
    |eläkeläi*|důchodc*|nyugdíjas*|συνταξιούχ*|متقاعد*|lansia|高齢者|シニア|老人|경로|pensionari
student*|studierende*|étudiant*|estudiante*|studenti|estudante*|студент*|öğrenci*|opiskelij*|diák*|φοιτητ*|طالب|طلاب|الطلاب|للطلاب|סטודנט*
    |छात्र*|mahasiswa|sinh viên|学生|大学生|학생|studenți|wanafunzi
deposit|kaution|pfand|caution|consigne|fianza|depósito|cauzione|caução|borg|statiegeld|kaucj*|залог*|депозит*|застав*|depozito|pant
    |panttimaksu|kauce|letét|εγγύηση|تأمين|عربون|ฝาก|जमा|đặt cọc|押金|保証金|デポジット|보증금|garanție|amana
rent|rental|hire|miete|leihgebühr|location|alquiler|noleggio|aluguel|aluguer|huur|wypożyczen*|аренд*|прокат*|оренд*|kiralama|kira|hyra
    |leje|vuokra|půjčovn*|bérlés*|ενοικίασ*|إيجار|استئجار|השכרה|किराया|sewa|thuê|租金|租赁|レンタル|대여|închiriere|kukodisha
delivery|lieferung|zustellung|livraison|entrega|envío|reparto|consegna|bezorging|levering|dostaw*|доставк*|teslimat|leverans|toimitus
    |doručení|kiszállítás|παράδοση|توصيل|التوصيل|משלוח|डिलीवरी|pengiriman|giao hàng|配送|配達|送货|배송|배달|livrare
pickup|pick-up|abholung|retrait|enlèvement|recogida|ritiro|recolha|retirada|afhalen|odbiór|самовывоз*|самовив*|hämtning|afhentning|nouto
    |vyzvednutí|átvétel|παραλαβή|استلام|איסוף|पिकअप|取货|受け取り|引き取り|픽업
breakfast|frühstück*|petit-déjeuner|desayuno*|colazione|ontbijt*|śniadani*|завтрак*|сніданк*|kahvaltı*|frukost*|morgenmad|frokost|aamiai*
    |snídan*|reggeli*|πρωινό|إفطار|فطور|ארוחת בוקר|नाश्ता|sarapan|bữa sáng|朝食|早餐|조식|mic dejun
lunch|mittagessen|déjeuner|almuerzo*|comida|pranzo|almoço|middageten|obiad*|обед*|обід*|öğle yemeği|lounas|oběd*|ebéd*|γεύμα|غداء|צהריים
    |makan siang|昼食|ランチ|午餐|점심
dinner|abendessen|dîner|cena|jantar|avondeten|diner|kolacj*|ужин*|вечер[яі]*|akşam yemeği|middag|illallinen|večeře|vacsor*|δείπνο|عشاء
    |makan malam|夕食|ディナー|晚餐|저녁
night|nacht|nuit|noche|notte|noite|noc|nocy|ночь|ночи|ніч|ночі|gece|natt|nat|yö|éjszak*|νύχτα|ليلة|ليلا|לילה|रात|malam|đêm|夜|泊|晚上|밤|noapte
    |usiku
small|klein|kleine*|petit|petite|petits|pequeñ*|piccol*|pequen*|mały|mała|małe|маленьк*|küçük|liten|litet|lille|pieni|malý|malá|malé|kicsi
    |kis|μικρ*|صغير*|קטן|קטנה|छोटा|छोटी|kecil|nhỏ|小|作은|작은|mic|mică|ndogo
large|big|groß*|grand|grande|grands|grandes|groot|grote|duży|duża|duże|больш*|велик*|büyük|stor|stort|store|suuri|velký|velká|velké|nagy
    |μεγάλ*|كبير*|גדול|גדולה|बड़ा|बड़ी|besar|lớn|大|큰|mare|kubwa
medium|mittel|mittlere*|moyen|moyenne|median*|mediano|medio|médio|middel|średni*|средн*|середн*|orta|medel|mellem|keskikoko*|střední
    |közepes|μεσαί*|متوسط*|בינוני|मध्यम|sedang|vừa|中|중간|mediu
box|boxes|kiste|kisten|caisse|cageot|caja|cajas|cassa|cassetta|caixa|caixas|kist|skrzynk*|коробк*|ящик*|kutu|koli|låda|kasse|laatikko
    |bedna|bedýnk*|láda|κουτί|صندوق|ארגז|קופסה|डिब्बा|kotak|hộp|箱|箱子|상자|cutie|sanduku
bottle*|flasche*|bouteille*|botella*|bottigli*|garrafa*|fles|flessen|butelk*|бутылк*|пляшк*|şişe*|flaska|flaske|pullo*|láhev|palack*|üveg
    |μπουκάλ*|زجاجة|قارورة|בקבוק|बोतल|botol|chai|瓶|ボトル|瓶子|병|sticlă|chupa
repair*|reparatur*|réparation*|reparaci*|riparazion*|reparaç*|reparatie*|napraw*|ремонт*|tamir*|onarım|korjau*|oprav*|javítás*|επισκευ*
    |إصلاح|تصليح|תיקון|मरम्मत|perbaikan|sửa chữa|修理|维修|수리|reparații
cleaning|reinigung|nettoyage|limpieza|pulizia|limpeza|schoonmaak|czyszczeni*|sprzątani*|чистк*|уборк*|чищенн*|прибиранн*|temizlik
    |temizleme|städning|rengøring|siivous|čištění|úklid|tisztítás|takarítás|καθαρισμ*|تنظيف|ניקוי|सफ़ाई|सफाई|pembersihan|vệ sinh|清洁|清掃
    |クリーニング|청소|curățenie
depth|tiefe|profondeur|profundidad|profondità|profundidade|diepte|głęboko*|глубин*|глибин*|derinlik|djup|dybde|syvyys|hloubk*|mélység*
    |βάθος|عمق|עומק|गहराई|kedalaman|độ sâu|深さ|深度|水深|깊이|adâncime
width|breite|largeur|anchura|larghezza|largura|breedte|szeroko*|ширин*|genişlik|bredd|bredde|leveys|šířk*|szélesség*|πλάτος|عرض|רוחב
    |चौड़ाई|lebar|chiều rộng|幅|宽度|너비|lățime
height|höhe|hauteur|altura|altezza|hoogte|wysoko*|высот*|висот*|yükseklik|höjd|højde|korkeus|výšk*|magasság*|ύψος|ارتفاع|גובה|ऊंचाई|tinggi
    |chiều cao|高さ|高度|높이|înălțime
length|länge|longueur|longitud|lunghezza|comprimento|lengte|długo*|длин*|довжин*|uzunluk|längd|længde|pituus|délk*|hossz*|μήκος|طول|אורך
    |लंबाई|panjang|chiều dài|長さ|长度|길이|lungime
weight|gewicht|poids|peso|wag[ai]|вес|ваг[аи]|ağırlık|vikt|vægt|paino|hmotnost*|súly*|βάρος|وزن|משקל|वज़न|वजन|berat|trọng lượng|重さ|重量|체중
    |무게|greutate|uzito
temperature*|temperatur*|température*|temperatura*|temperatuur|температур*|sıcaklık*|lämpötil*|teplot*|hőmérséklet*|θερμοκρασ*|حرارة
    |טמפרטורה|तापमान|suhu|nhiệt độ|温度|온도
glass|glas|verre|vidrio|cristal|vetro|vidro|szkło|стекл*|скло|cam|lasi|sklo|üveg|γυαλί|زجاج|זכוכית|काँच|कांच|kaca|kính|ガラス|玻璃|유리|sticlă
    |kioo
damage*|schaden|schäden|dommage*|dégât*|daño*|danni|danno|dano*|schade|szkod*|uszkodz*|повреж*|пошкодж*|hasar*|skada|skade*|vahin*|poškoz*
    |kár|sérülés*|ζημι*|ضرر|أضرار|תלف|נזק|नुकसान|क्षति|kerusakan|hư hỏng|破損|损坏|파손|deteriorare|uharibifu
lost|verloren*|verlust*|perdu*|perdid*|pers[oaie]|perdut*|verloren|zgubion*|zaginion*|потер*|утер*|втрач*|kayıp|kaybol*|förlor*|tabt
    |kadonn*|ztracen*|elveszett|χαμέν*|مفقود*|ضائع*|אבוד|खोया|hilang|mất|紛失|丢失|분실|pierdut*|potea
simple|einfach*|simples|semplice|sencill*|eenvoudig*|zwykł*|прост*|звичайн*|basit|enkel|enkelt|yksinkertai*|prost[ýáé]*|egyszerű|απλ*
    |عادية|بسيط*|פשוט*|सरल|sederhana|đơn giản|普通|簡単|일반|simplu|simplă
certified|beglaubigt*|certifié*|assermenté*|certificad*|jurad*|certificat*|giurat*|gecertificeerd*|beëdigd*|przysięgł*|uwierzyteln*
    |заверен*|засвідч*|onaylı|yeminli|auktoriserad*|ověřen*|soudní|hiteles|επικυρωμέν*|معتمد*|مصدق*|מאושר|प्रमाणित|tersumpah|công chứng|公証
    |认证|認証|공증|legalizat*
driving|führerschein*|permis|conducir|patente|condução|rijbewijs|prawo jazdy|prawa jazdy|водительск*|водійськ*|ehliyet*|körkort*|kørekort*
    |ajokort*|řidičsk*|jogosítvány*|δίπλωμα|رخصة|רישיון|ड्राइविंग|免許|驾照|운전면허
front|vorder*|avant|delanter*|anterior*|voor*|przed*|передн*|ön|fram*|etu*|předn*|első|μπροστιν*|أمامي*|קדמי*|depan|trước|前|앞
rear|back|hinter*|arrière|traser*|posterior*|achter*|tyln*|задн*|arka|bak*|bag*|taka*|zadn*|hátsó|πίσω|خلفي*|אחורי*|belakang|sau|後|后|뒤
single|einzel*|individuelle|individual|singol*|enkel*|eenpersoons*|pojedyncz*|jednoosob*|одномест*|одноміс*|tek kişilik|yhden hengen
    |jednolůžk*|egyágyas|μονόκλιν*|مفرد*|יחיד|सिंगल|单人|シングル|1인실
double|doppel*|doble|doppi*|matrimonial*|duplo|casal|dubbel*|tweepersoons*|podwójn*|dwuosob*|двухмест*|двоміс*|çift kişilik|kahden hengen
    |dvoulůžk*|kétágyas|δίκλιν*|مزدوج*|זוגי|डबल|双人|ダブル|더블
summer|sommer|été|verano|estate|verão|zomer|lato|latem|летом|лето|літо|влітку|yaz|yazın|sommar|kesä*|léto|létě|nyár*|καλοκαίρι|صيف|الصيف
    |קיץ|गर्मी|musim panas|mùa hè|夏|夏季|여름|vară
winter|hiver|invierno|inverno|zima|zimą|зимой|зима|взимку|kış|kışın|vinter|talv*|zimě|tél*|χειμώνα*|شتاء|الشتاء|חורף|सर्दी|mùa đông|冬|冬季
    |겨울|iarnă
monthly|monatlich|mensuel*|mensual*|mensile|mensal|maandelijks|miesięczn*|ежемесячн*|щомісячн*|aylık|månads*|månedlig*|kuukausi*|měsíční*
    |havi|μηνιαί*|شهري*|חודשי|मासिक|bulanan|hàng tháng|月額|每月|월간|lunar
yearly|annual*|jährlich|annuel*|anual*|annuale|jaarlijks|roczn*|годов*|річн*|yıllık|årlig*|års*|vuosi*|roční*|éves|ετήσι*|سنوي*|שנתי
    |वार्षिक|tahunan|hàng năm|年額|每年|연간
"""


DENSE = r"[\u3040-\u9fff\uac00-\ud7af]"
ENDING = r"[^\W\d_]{0,5}"


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """One pattern for each label, in the order of the table."""
    return tuple(_pattern(line.split("|")) for line in re.sub(r"\n\s+\|", "|", LABELS).strip().splitlines())


def _pattern(words: list[str]) -> re.Pattern[str]:
    spaced = "|".join(_stem(word) for word in words if not re.match(DENSE, word))
    dense = [re.escape(word) for word in words if re.match(DENSE, word)]
    # One sign may be part of many words, so that it is a label only by itself.
    apart = [word if len(word) > 1 else rf"(?<!{DENSE}){word}(?!{DENSE})" for word in dense]
    return re.compile("|".join([rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])", *apart]), re.IGNORECASE)


def _stem(word: str) -> str:
    """A word as a pattern: a star is any ending, letters in brackets are one of them."""
    plain = word if "[" in word else re.escape(word).replace(r"\*", "*")
    return plain.replace("*", ENDING)


def relabelled(text: str, of: str) -> str:
    """A text with the labels of another one in place of its own that mean the same."""
    for pattern in _patterns():
        if pattern.search(text) and (theirs := pattern.search(of)):
            text = pattern.sub(partial(_in_place, theirs[0]), text)
    return text


def _in_place(word: str, mine: re.Match[str]) -> str:
    """The word for a label; with spaces in a script that sets none, so that it stays a word."""
    return f" {word} " if re.match(DENSE, mine[0]) else word
