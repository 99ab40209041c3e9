"""Words for weekdays, months, units, currencies and small numbers, by language. windmill/deploy/locale_words.py writes this file.

From Unicode's CLDR; Unicode licence (unicode.org/license.txt). A line: language, kind, meaning=word|word;…
"""

# ruff: noqa: E501, RUF001 - the scripts of many languages
from __future__ import annotations

WORDS = """\
ar weekdays 0=الاثنين;1=الثلاثاء;2=الأربعاء;3=الخميس;4=الجمعة;5=السبت;6=الأحد
ar months 1=يناير;10=أكتوبر;11=نوفمبر;12=ديسمبر;2=فبراير;3=مارس;4=أبريل;5=مايو;6=يونيو;7=يوليو;8=أغسطس;9=سبتمبر
ar periods am=صباحًا|فجرًا|في الصباح;pm=بعد الظهر|ظهرًا|في المساء|ليلاً|مساءً|منتصف الليل
ar units cm=سم|سنتيمتر;day=أيام|يوم|يومان|يومًا;g=غرام|غرامات|غرامان|غرامًا;hour=س|ساعات|ساعة|ساعتان;kg=كغم|كيلوغرام;km=كم|كيلومتر|كيلومترات|كيلومترًا;l=لتر;m=أمتار|متر|متران|مترًا;minute=د|دقائق|دقيقة|دقيقتان;ml=ملتر|مليلتر;mm=مليمتر|مم;month=أشهر|شهر|شهران|شهرًا;week=أسابيع|أسبوع|أسبوعان|أسبوعًا;yd=ياردة;year=سنة|سنة واحدة|سنتان|سنوات
ar currencies $=دولار;EUR=يورو;dinar=دينار;dirham=درهم;kr=كرونة;peso=بيزو;riyal=ريال;rupee=روبية
ar numbers 10=عشرة;100=مائة;11=أحد عشر;12=اثنا عشر;13=ثلاثة عشر;14=أربعة عشر;15=خمسة عشر;16=ستة عشر;17=سبعة عشر;18=ثمانية عشر;19=تسعة عشر;2=اثنان;20=عشرون;21=واحد و عشرون;22=اثنان و عشرون;23=ثلاثة و عشرون;24=أربعة و عشرون;25=خمسة و عشرون;26=ستة و عشرون;27=سبعة و عشرون;28=ثمانية و عشرون;29=تسعة و عشرون;3=ثلاثة;30=ثلاثون;31=واحد و ثلاثون;4=أربعة;40=أربعون;5=خمسة;50=خمسون;6=ستة;60=ستون;7=سبعة;70=سبعون;8=ثمانية;80=ثمانون;9=تسعة;90=تسعون
bg weekdays 0=пн|понеделник;1=вт|вторник;2=ср|сряда;3=четвъртък|чт;4=петък|пт;5=сб|събота;6=нд|неделя
bg months 1=яну|януари;10=окт|октомври;11=ное|ноември;12=дек|декември;2=фев|февруари;3=март;4=апр|април;5=май;6=юни;7=юли;8=авг|август;9=сеп|септември
bg periods am=am;pm=pm
bg units cm=cm|сантиметра|сантиметър;day=д|ден|дни;g=g|грам|грама;hour=ч|час|часа;kg=kg|килограм|килограма;km=km|километра|километър;l=l|литра|литър;m=m|метра|метър;minute=мин|минута|минути;ml=ml|милилитра|милилитър;mm=mm|милиметра|милиметър;month=мес|месец|месеца;week=седм|седмица|седмици;yd=yd|ярд|ярда;year=год|година|години
bg currencies $=долар|долара;EUR=евро;dinar=динар|динара;dirham=дирхам|дирхама;kr=крона|крони;peso=песо;riyal=риал|риала;rupee=рупии|рупия
bn weekdays 0=সোম|সোমবার;1=মঙ্গল|মঙ্গলবার;2=বুধ|বুধবার;3=বৃহস্পতি|বৃহস্পতিবার;4=শুক্র|শুক্রবার;5=শনি|শনিবার;6=রবি|রবিবার
bn months 1=জানু|জানুয়ারি;10=অক্টো|অক্টোবর;11=নভে|নভেম্বর;12=ডিসে|ডিসেম্বর;2=ফেব|ফেব্রুয়ারি;3=মার্চ;4=এপ্রি|এপ্রিল;5=মে;6=জুন;7=জুল|জুলাই;8=আগ|আগস্ট;9=সেপ|সেপ্ট|সেপ্টেম্বর
bn periods am=am|ভোরবেলায়|সকালবেলায়;pm=pm|দুপুরবেলায়|বিকাল|রাত্রিবেলায়|সন্ধ্যাবেলায়
bn units cm=সেন্টিমিটার|সেমি;day=দিন;g=গ্রাম;hour=ঘণ্টা;kg=কিলোগ্রাম|কেজি;km=কিমি|কিলোমিটার;l=লিটার;m=মি|মিটার;minute=মিনিট;ml=ml|মিলিলিটার;mm=মিমি|মিলিমিটার;month=মাস;week=সপ্তাহ;yd=গজ;year=বছর
bn currencies EUR=ইউরো
bn numbers 10=দশ;100=একশত;11=এগারো;12=বারো;13=তেরো;14=চৌদ্দ;15=পনের;16=ষোল;17=সতের;18=আঠারো;19=উনিশ;2=দুই;20=বিশ;21=একুশ;22=বাইশ;23=তেইশ;24=চব্বিশ;25=পঁচিশ;26=ছাব্বিশ;27=সাতাশ;28=আটাশ;29=উনত্রিশ;3=তিন;30=ত্রিশ;31=একত্রিশ;4=চার;40=চল্লিশ;5=পাঁচ;50=পঞ্চাশ;6=ছয়;60=ষাট;7=সাত;70=সত্তর;8=আট;80=আশি;9=নয়;90=নব্বই
ca weekdays 0=dilluns|dl;1=dimarts|dt;2=dc|dimecres;3=dijous|dj;4=divendres|dv;5=dissabte|ds;6=dg|diumenge
ca months 1=de gen|de gener|gen|gener;10=d’oct|d’octubre|oct|octubre;11=de nov|de novembre|nov|novembre;12=de des|de desembre|des|desembre;2=de febr|de febrer|febr|febrer;3=de març|març;4=abr|abril|d’abr|d’abril;5=de maig|maig;6=de juny|juny;7=de jul|de juliol|jul|juliol;8=ag|agost|d’ag|d’agost;9=de set|de setembre|set|setembre
ca periods am=a m;pm=p m
ca units cm=centímetre|centímetres|cm;day=dia|dies;g=g|gram|grams;hour=h|hora|hores;kg=kg|quilogram|quilograms;km=km|quilòmetre|quilòmetres;l=l|litre|litres;m=m|metre|metres;minute=min|minut|minuts;ml=millilitre|millilitres|ml;mm=millímetre|millímetres|mm;month=m|mes|mesos;week=setm|setmana|setmanes;yd=iarda|iardes|yd;year=any|anys
ca currencies $=dòlar|dòlars;BGN=lev|leva;CNY=iuan|iuans;EUR=euro|euros;HUF=fòrint|fòrints;JPY=ien|iens;MYR=ringgit|ringgits;PEN=sol|sols;PLN=zlote|zloty;RUB=ruble|rubles;THB=baht|bahts;UAH=hrívnia|hrívnies;dinar=dinar|dinars;dirham=dírham|dírhams;kr=corona|corones;peso=peso|pesos;riyal=rial|rials;rupee=rupia|rupies
ca numbers 10=deu;100=cent;11=onze;12=dotze;13=tretze;14=catorze;15=quinze;16=setze;17=disset;18=divuit;19=dinou;2=dos;20=vint;21=vint-i-un;22=vint-i-dos;23=vint-i-tres;24=vint-i-quatre;25=vint-i-cinc;26=vint-i-sis;27=vint-i-set;28=vint-i-vuit;29=vint-i-nou;3=tres;30=trenta;31=trenta-un;4=quatre;40=quaranta;5=cinc;50=cinquanta;6=sis;60=seixanta;7=set;70=setanta;8=vuit;80=vuitanta;9=nou;90=noranta
cs weekdays 0=po|pondělí;1=út|úterý;2=st|středa;3=čt|čtvrtek;4=pá|pátek;5=so|sobota;6=ne|neděle
cs months 1=led|leden|ledna;10=říj|říjen|října;11=lis|listopad|listopadu;12=pro|prosince|prosinec;2=úno|únor|února;3=bře|březen|března;4=dub|duben|dubna;5=kvě|květen|května;6=červen|června|čvn;7=července|červenec|čvc;8=srp|srpen|srpna;9=zář|září
cs periods am=dop|dopoledne|ráno;pm=odp|odpoledne|v noci|večer
cs units cm=centimetr|centimetru|centimetry|centimetrů|cm;day=den|dne|dny|dnů;g=g|gram|gramu|gramy|gramů;hour=h|hodin|hodina|hodiny;kg=kg|kilogram|kilogramu|kilogramy|kilogramů;km=kilometr|kilometru|kilometry|kilometrů|km;l=l|litr|litru|litry|litrů;m=m|metr|metru|metry|metrů;minute=min|minut|minuta|minuty;ml=mililitr|mililitru|mililitry|mililitrů|ml;mm=milimetr|milimetru|milimetry|milimetrů|mm;month=měs|měsíc|měsíce|měsíců;week=týd|týden|týdne|týdny|týdnů;yd=yard|yardu|yardy|yardů|yd;year=let|rok|roku|roky
cs currencies $=dolar|dolaru|dolary|dolarů;EUR=eur|eura|euro;dinar=dinár|dináru|dináry|dinárů;kr=korun|koruna|koruny;peso=pes|pesa|peso;riyal=rijál|rijálu|rijály|rijálů;rupee=rupie|rupií
cs numbers 10=deset;100=sto;11=jedenáct;12=dvanáct;13=třináct;14=čtrnáct;15=patnáct;16=šestnáct;17=sedmnáct;18=osmnáct;19=devatenáct;2=dva;20=dvacet;21=dvacet jedna;22=dvacet dva;23=dvacet tři;24=dvacet čtyři;25=dvacet pět;26=dvacet šest;27=dvacet sedm;28=dvacet osm;29=dvacet devět;3=tři;30=třicet;31=třicet jedna;4=čtyři;40=čtyřicet;5=pět;50=padesát;6=šest;60=šedesát;7=sedm;70=sedmdesát;8=osm;80=osmdesát;9=devět;90=devadesát
da weekdays 0=man|mandag;1=tirs|tirsdag;2=ons|onsdag;3=tors|torsdag;4=fre|fredag;5=lør|lørdag;6=søn|søndag
da months 1=jan|januar;10=okt|oktober;11=nov|november;12=dec|december;2=feb|februar;3=mar|marts;4=apr|april;5=maj;6=jun|juni;7=jul|juli;8=aug|august;9=sep|september
da periods am=am;pm=pm
da units cm=centimeter|cm;day=dag|dage;g=g|gram;hour=t|time|timer;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minut|minutter;ml=milliliter|ml;mm=millimeter|mm;month=md|mdr|måned|måneder;week=uge|uger;yd=engelsk yard|engelske yard|yard;year=år
da currencies $=dollar;CHF=schweizerfranc;EUR=euro;dinar=dinar|dinarer;dirham=dirham;kr=krone|kroner;peso=peso|pesos;rupee=rupee
da numbers 10=ti;100=ethundrede;11=elleve;12=tolv;13=tretten;14=fjorten;15=femten;16=seksten;17=sytten;18=atten;19=nitten;2=to;20=tyve;21=enogtyve;22=toogtyve;23=treogtyve;24=fireogtyve;25=femogtyve;26=seksogtyve;27=syvogtyve;28=otteogtyve;29=niogtyve;3=tre;30=tredive;31=enogtredive;4=fire;40=fyrre;5=fem;50=halvtreds;6=seks;60=treds;7=syv;70=halvfjerds;8=otte;80=firs;9=ni;90=halvfems
de weekdays 0=mo|montag;1=di|dienstag;2=mi|mittwoch;3=do|donnerstag;4=fr|freitag;5=sa|samstag;6=so|sonntag
de months 1=jan|januar;10=okt|oktober;11=nov|november;12=dez|dezember;2=feb|februar;3=mär|märz;4=apr|april;5=mai;6=jun|juni;7=jul|juli;8=aug|august;9=sep|sept|september
de periods am=am|morgen|morgens|vormittag|vormittags;pm=abend|abends|mittag|mittags|nachmittag|nachmittags|nacht|nachts|pm
de units cm=cm|zentimeter;day=tag|tage|tg;g=g|gramm;hour=std|stunde|stunden;kg=kg|kilogramm;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minute|minuten;ml=milliliter|ml;mm=millimeter|mm;month=mon|monat|monate;week=wo|woche|wochen;yd=yard|yards|yd;year=j|jahr|jahre
de currencies $=dollar;EUR=euro;dinar=dinar;dirham=dirham;kr=krone|kronen;peso=peso|pesos;rupee=rupie|rupien
de numbers 10=zehn;100=einhundert;11=elf;12=zwölf;13=dreizehn;14=vierzehn;15=fünfzehn;16=sechzehn;17=siebzehn;18=achtzehn;19=neunzehn;2=zwei;20=zwanzig;21=einundzwanzig;22=zweiundzwanzig;23=dreiundzwanzig;24=vierundzwanzig;25=fünfundzwanzig;26=sechsundzwanzig;27=siebenundzwanzig;28=achtundzwanzig;29=neunundzwanzig;3=drei;30=dreissig;31=einunddreissig;4=vier;40=vierzig;5=fünf;50=fünfzig;6=sechs;60=sechzig;7=sieben;70=siebzig;8=acht;80=achtzig;9=neun;90=neunzig
el weekdays 0=δευ|δευτέρα;1=τρί|τρίτη;2=τετ|τετάρτη;3=πέμ|πέμπτη;4=παρ|παρασκευή;5=σάβ|σάββατο;6=κυρ|κυριακή
el months 1=ιαν|ιανουάριοσ|ιανουαρίου;10=οκτ|οκτωβρίου|οκτώβριοσ;11=νοέ|νοέμβριοσ|νοε|νοεμβρίου;12=δεκ|δεκέμβριοσ|δεκεμβρίου;2=φεβ|φεβρουάριοσ|φεβρουαρίου;3=μάρ|μάρτιοσ|μαρ|μαρτίου;4=απρ|απρίλιοσ|απριλίου;5=μάι|μάιοσ|μαΐ|μαΐου;6=ιουν|ιουνίου|ιούν|ιούνιοσ;7=ιουλ|ιουλίου|ιούλ|ιούλιοσ;8=αυγ|αυγούστου|αύγ|αύγουστοσ;9=σεπ|σεπτέμβριοσ|σεπτεμβρίου
el periods am=πμ|πρωί|το πρωί;pm=απόγευμα|βράδυ|μεσημέρι|μμ|το απόγευμα|το βράδυ|το μεσημέρι
el units cm=εκ|εκατοστά|εκατοστό;day=ημέρα|ημέρεσ;g=γρ|γραμμάρια|γραμμάριο;hour=ώ|ώρα|ώρεσ;kg=κιλά|κιλό|χιλιόγραμμα|χιλιόγραμμο;km=χιλιόμετρα|χιλιόμετρο|χλμ;l=λίτ|λίτρα|λίτρο;m=μ|μέτρα|μέτρο;minute=λ|λεπτά|λεπτό;ml=ml|χιλιοστόλιτρα|χιλιοστόλιτρο;mm=χιλιοστόμετρα|χιλιοστόμετρο|χλστ;month=μήν|μήνασ|μήνεσ;week=εβδ|εβδομάδα|εβδομάδεσ;yd=γιάρδα|γιάρδεσ|γρδ;year=έτ|έτη|έτοσ
el currencies $=δολάρια|δολάριο;EUR=ευρώ;dinar=δηνάρια|δηνάριο;dirham=ντιράμ;kr=κορόνα|κορόνεσ;peso=πέσο;riyal=ριάλ;rupee=ρουπία|ρουπίεσ
en weekdays 0=mon|monday;1=tue|tuesday;2=wed|wednesday;3=thu|thursday;4=fri|friday;5=sat|saturday;6=sun|sunday
en months 1=jan|january;10=oct|october;11=nov|november;12=dec|december;2=feb|february;3=mar|march;4=apr|april;5=may;6=jun|june;7=jul|july;8=aug|august;9=sep|september
en periods am=am|in the morning|morning;pm=afternoon|at night|evening|in the afternoon|in the evening|night|pm
en units cm=centimeter|centimeters|cm;day=day|days;g=g|gram|grams;hour=hour|hours|hr;kg=kg|kilogram|kilograms;km=kilometer|kilometers|km;l=l|liter|liters;m=m|meter|meters;minute=min|minute|minutes;ml=milliliter|milliliters|ml;mm=millimeter|millimeters|mm;month=month|months|mth|mths;week=week|weeks|wk|wks;yd=yard|yards|yd;year=year|years|yr|yrs
en currencies $=dollar|dollars;EUR=euro|euros;dinar=dinar|dinars;dirham=dirham|dirhams;peso=peso|pesos;rupee=rupee|rupees
en numbers 10=ten;100=one hundred;11=eleven;12=twelve;13=thirteen;14=fourteen;15=fifteen;16=sixteen;17=seventeen;18=eighteen;19=nineteen;2=two;20=twenty;21=twenty-one;22=twenty-two;23=twenty-three;24=twenty-four;25=twenty-five;26=twenty-six;27=twenty-seven;28=twenty-eight;29=twenty-nine;3=three;30=thirty;31=thirty-one;4=four;40=forty;5=five;50=fifty;6=six;60=sixty;7=seven;70=seventy;8=eight;80=eighty;9=nine;90=ninety
es weekdays 0=lun|lunes;1=mar|martes;2=mié|miércoles;3=jue|jueves;4=vie|viernes;5=sáb|sábado;6=dom|domingo
es months 1=ene|enero;10=oct|octubre;11=nov|noviembre;12=dic|diciembre;2=feb|febrero;3=mar|marzo;4=abr|abril;5=may|mayo;6=jun|junio;7=jul|julio;8=ago|agosto;9=sept|septiembre
es periods am=a m;pm=p m
es units cm=centímetro|centímetros|cm;day=d|día|días;g=g|gramo|gramos;hour=h|hora|horas;kg=kg|kilogramo|kilogramos;km=kilómetro|kilómetros|km;l=l|litro|litros;m=m|metro|metros;minute=min|minuto|minutos;ml=mililitro|mililitros|ml;mm=milímetro|milímetros|mm;month=m|mes|meses;week=sem|semana|semanas;yd=yarda|yardas|yd;year=a|año|años
es currencies $=dólar|dólares;EUR=euro|euros;dinar=dinar|dinares;dirham=dírham|dírhams;kr=corona|coronas;peso=peso|pesos;riyal=rial|riales;rupee=rupia|rupias
es numbers 10=diez;100=cien;11=once;12=doce;13=trece;14=catorce;15=quince;16=dieciséis;17=diecisiete;18=dieciocho;19=diecinueve;2=dos;20=veinte;21=veintiuno;22=veintidós;23=veintitrés;24=veinticuatro;25=veinticinco;26=veintiséis;27=veintisiete;28=veintiocho;29=veintinueve;3=tres;30=treinta;31=treinta y uno;4=cuatro;40=cuarenta;5=cinco;50=cincuenta;6=seis;60=sesenta;7=siete;70=setenta;8=ocho;80=ochenta;9=nueve;90=noventa
et weekdays 0=e|esmaspäev;1=t|teisipäev;2=k|kolmapäev;3=n|neljapäev;4=r|reede;5=l|laupäev;6=p|pühapäev
et months 1=jaan|jaanuar;10=okt|oktoober;11=nov|november;12=dets|detsember;2=veebr|veebruar;3=märts;4=apr|aprill;5=mai;6=juuni;7=juuli;8=aug|august;9=sept|september
et periods am=am;pm=pm
et units cm=cm|sentimeeter|sentimeetrit;day=päev|päeva|ööpäev|ööpäeva;g=g|gramm|grammi;hour=t|tund|tundi;kg=kg|kilogramm|kilogrammi;km=kilomeeter|kilomeetrit|km;l=l|liiter|liitrit;m=m|meeter|meetrit;minute=min|minut|minutit;ml=milliliiter|milliliitrit|ml;mm=millimeeter|millimeetrit|mm;month=kuu|kuud;week=näd|nädal|nädalat;yd=jard|jardi|yd;year=a|aasta|aastat
et currencies $=dollar|dollarit;EUR=euro|eurot;dinar=dinaar|dinaari;dirham=dirhem|dirhemit;kr=kroon|krooni;peso=peeso|peesot;riyal=riaal|riaali;rupee=ruupia|ruupiat
eu weekdays 0=al|astelehena;1=ar|asteartea;2=asteazkena|az;3=og|osteguna;4=or|ostirala;5=larunbata|lr;6=ig|igandea
eu months 1=urt|urtarrila;10=urr|urria;11=aza|azaroa;12=abe|abendua;2=ots|otsaila;3=mar|martxoa;4=api|apirila;5=mai|maiatza;6=eka|ekaina;7=uzt|uztaila;8=abu|abuztua;9=ira|iraila
eu periods am=am|goiza|goizaldea|goizaldeko|goizeko;pm=arratsaldea|arratsaldeko|eguerdia|eguerdiko|gaua|gaueko|iluntzea|iluntzeko|pm
eu units cm=cm|zentimetro;day=egun;g=g|gramo;hour=h|ordu;kg=kg|kilogramo;km=kilometro|km;l=l|litro;m=m|metro;minute=min|minutu;ml=mililitro|ml;mm=milimetro|mm;month=hilabete;week=aste;yd=yarda|yd;year=urte
eu currencies $=dolar;EUR=euro|euroa;dinar=dinar;dirham=dirham;kr=koroa;peso=peso;rupee=errupia
fa weekdays 0=دوشنبه;1=سه‌شنبه;2=چهارشنبه;3=پنجشنبه;4=جمعه;5=شنبه;6=یکشنبه
fa months 1=ژانویه;10=اکتبر;11=نوامبر;12=دسامبر;2=فوریه;3=مارس;4=آوریل;5=مه;6=ژوئن;7=ژوئیه;8=اوت;9=سپتامبر
fa periods am=بامداد|صبح|قبل‌ازظهر|قظ|ق‌ظ;pm=بظ|بعدازظهر|ب‌ظ|شب|عصر|نیمه‌شب
fa units cm=سانتی‌متر;day=روز;g=گرم;hour=ساعت;kg=کیلوگرم;km=کیلومتر;l=l|لیتر;m=متر;minute=دقیقه;ml=میلی‌لیتر;mm=میلی‌متر;month=ماه;week=هفته;yd=یارد;year=سال
fa currencies $=دلار;EUR=یورو;dinar=دینار;dirham=درهم;kr=کرون;peso=پزوی;riyal=ریال;rupee=روپیه
fa numbers 10=ده;100=صد;11=یازده;12=دوازده;13=سیزده;14=چهارده;15=پانزده;16=شانزده;17=هفده;18=هجده;19=نوزده;2=دو;20=بیست;21=بیست و یک;22=بیست و دو;23=بیست و سه;24=بیست و چهار;25=بیست و پنج;26=بیست و شش;27=بیست و هفت;28=بیست و هشت;29=بیست و نه;3=سه;30=سی;31=سی و یک;4=چهار;40=چهل;5=پنج;50=پنجاه;6=شش;60=شصت;7=هفت;70=هفتاد;8=هشت;80=هشتاد;9=نه;90=نود
fi weekdays 0=ma|maanantai|maanantaina;1=ti|tiistai|tiistaina;2=ke|keskiviikko|keskiviikkona;3=to|torstai|torstaina;4=pe|perjantai|perjantaina;5=la|lauantai|lauantaina;6=su|sunnuntai|sunnuntaina
fi months 1=tammi|tammikuu|tammikuuta;10=loka|lokakuu|lokakuuta;11=marras|marraskuu|marraskuuta;12=joulu|joulukuu|joulukuuta;2=helmi|helmikuu|helmikuuta;3=maalis|maaliskuu|maaliskuuta;4=huhti|huhtikuu|huhtikuuta;5=touko|toukokuu|toukokuuta;6=kesä|kesäkuu|kesäkuuta;7=heinä|heinäkuu|heinäkuuta;8=elo|elokuu|elokuuta;9=syys|syyskuu|syyskuuta
fi periods am=aamu|aamulla|aamupäivä|aamupäivällä|ap;pm=illalla|ilta|iltapäivä|iltapäivällä|ip|yö|yöllä
fi units cm=cm|senttimetri|senttimetriä;day=pv|päivä|päivää;g=g|gramma|grammaa;hour=t|tunti|tuntia;kg=kg|kilogramma|kilogrammaa;km=kilometri|kilometriä|km;l=l|litra|litraa;m=m|metri|metriä;minute=min|minuutti|minuuttia;ml=millilitra|millilitraa|ml;mm=millimetri|millimetriä|mm;month=kk|kuukausi|kuukautta;week=viikko|viikkoa|vk;yd=jaardi|jaardia|yd;year=v|vuosi|vuotta
fi currencies $=dollari|dollaria;EUR=euro|euroa;dinar=dinaari|dinaaria;dirham=dirhami|dirhamia;kr=kruunu|kruunua;peso=peso|pesoa;riyal=rial|rialia;rupee=rupia|rupiaa
fi numbers 10=kymmenen;100=sata;11=yksitoista;12=kaksitoista;13=kolmetoista;14=neljätoista;15=viisitoista;16=kuusitoista;17=seitsemäntoista;18=kahdeksantoista;19=yhdeksäntoista;2=kaksi;20=kaksikymmentä;21=kaksikymmentäyksi;22=kaksikymmentäkaksi;23=kaksikymmentäkolme;24=kaksikymmentäneljä;25=kaksikymmentäviisi;26=kaksikymmentäkuusi;27=kaksikymmentäseitsemän;28=kaksikymmentäkahdeksan;29=kaksikymmentäyhdeksän;3=kolme;30=kolmekymmentä;31=kolmekymmentäyksi;4=neljä;40=neljäkymmentä;5=viisi;50=viisikymmentä;6=kuusi;60=kuusikymmentä;7=seitsemän;70=seitsemänkymmentä;8=kahdeksan;80=kahdeksankymmentä;9=yhdeksän;90=yhdeksänkymmentä
fil weekdays 0=lun|lunes;1=mar|martes;2=miy|miyerkules;3=huw|huwebes;4=biy|biyernes;5=sab|sabado;6=lin|linggo
fil months 1=ene|enero;10=okt|oktubre;11=nob|nobyembre;12=dis|disyembre;2=peb|pebrero;3=mar|marso;4=abr|abril;5=may|mayo;6=hun|hunyo;7=hul|hulyo;8=ago|agosto;9=set|setyembre
fil periods am=am;pm=pm
fil units cm=cm|sentimetro;day=araw;g=g|gramo;hour=oras;kg=kg|kilo;km=kilometro|km;l=l|litro;m=m|metro;minute=min|minuto;ml=mililitro|ml;mm=milimetro|mm;month=buwan;week=linggo;yd=yarda|yd;year=taon
fil currencies $=dolyar;EUR=euro;dinar=dinar;dirham=dirham;peso=piso;rupee=rupee
fr weekdays 0=lun|lundi;1=mar|mardi;2=mer|mercredi;3=jeu|jeudi;4=ven|vendredi;5=sam|samedi;6=dim|dimanche
fr months 1=janv|janvier;10=oct|octobre;11=nov|novembre;12=déc|décembre;2=févr|février;3=mars;4=avr|avril;5=mai;6=juin;7=juil|juillet;8=août;9=sept|septembre
fr periods am=am|du matin|matin;pm=après-midi|de l’après-midi|du matin|du soir|matin|pm|soir
fr units cm=centimètre|centimètres|cm;day=j|jour|jours;g=g|gramme|grammes;hour=h|heure|heures;kg=kg|kilogramme|kilogrammes;km=kilomètre|kilomètres|km;l=l|litre|litres;m=m|mètre|mètres;minute=min|minute|minutes;ml=millilitre|millilitres|ml;mm=millimètre|millimètres|mm;month=m|mois;week=sem|semaine|semaines;yd=yard|yards|yd;year=an|ans
fr currencies $=dollar|dollars;EUR=euro|euros;dinar=dinar;dirham=dirham|dirhams;kr=couronne|couronnes;peso=peso|pesos;riyal=riyal|riyals;rupee=roupie|roupies
fr numbers 10=dix;100=cent;11=onze;12=douze;13=treize;14=quatorze;15=quinze;16=seize;17=dix-sept;18=dix-huit;19=dix-neuf;2=deux;20=vingt;21=vingt et un;22=vingt-deux;23=vingt-trois;24=vingt-quatre;25=vingt-cinq;26=vingt-six;27=vingt-sept;28=vingt-huit;29=vingt-neuf;3=trois;30=trente;31=trente et un;4=quatre;40=quarante;5=cinq;50=cinquante;6=six;60=soixante;7=sept;70=soixante-dix;8=huit;80=quatre-vingts;9=neuf;90=quatre-vingt-dix
gl weekdays 0=luns;1=mar|martes;2=mér|mércores;3=xov|xoves;4=ven|venres;5=sáb|sábado;6=dom|domingo
gl months 1=xan|xaneiro;10=out|outubro;11=nov|novembro;12=dec|decembro;2=feb|febreiro;3=mar|marzo;4=abr|abril;5=maio;6=xuño;7=xul|xullo;8=ago|agosto;9=set|setembro
gl periods am=am;pm=pm
gl units cm=centímetro|centímetros|cm;day=día|días;g=g|gramo|gramos;hour=h|hora|horas;kg=kg|quilogramo|quilogramos;km=km|quilómetro|quilómetros;l=l|litro|litros;m=m|metro|metros;minute=min|minuto|minutos;ml=mililitro|mililitros|ml;mm=milímetro|milímetros|mm;month=mes|meses;week=sem|semana|semanas;yd=iarda|iardas|yd;year=ano|anos
gl currencies $=dólar|dólares;EUR=euro|euros;dinar=dinar|dinares;dirham=dirham|dirhams;kr=coroa|coroas;peso=peso|pesos;riyal=riais|rial;rupee=rupia|rupias
he weekdays 0=יום ב׳|יום שני;1=יום ג׳|יום שלישי;2=יום ד׳|יום רביעי;3=יום ה׳|יום חמישי;4=יום ו׳|יום שישי;5=יום שבת|שבת;6=יום א׳|יום ראשון
he months 1=ינואר|ינו׳;10=אוקטובר|אוק׳;11=נובמבר|נוב׳;12=דצמבר|דצמ׳;2=פברואר|פבר׳;3=מרץ;4=אפריל|אפר׳;5=מאי;6=יוני;7=יולי;8=אוגוסט|אוג׳;9=ספטמבר|ספט׳
he periods am=am|בבוקר|בוקר;pm=pm|אחר הצהריים|בלילה|בערב|בצהריים|לילה|לפנות בוקר|ערב|צהריים
he units cm=סנטימטר|סנטימטרים|ס״מ;day=יום|יומיים|ימים|ימ׳;g=גרם|גר׳;hour=שעה|שעות|שעתיים|שע׳;kg=קילוגרם|ק״ג;km=קילומטר|קילומטרים|ק״מ;l=ליטר|ל׳;m=מטר|מטרים|מ׳;minute=דקה|דקות|דק׳|שתי דקות;ml=מיליליטר|מ״ל;mm=מילימטר|מילימטרים|מ״מ|מ″מ;month=חודש|חודשיים|חודשים|ח׳;week=שבוע|שבועות|שבועיים;yd=יארד;year=שנה|שנים
he currencies $=דולר;EUR=אירו;dinar=דינר;dirham=דירהם;kr=כתר;peso=פסו;riyal=ריאל;rupee=רופי
he numbers 10=עשר;100=מאה;11=אחת עשרה;12=שתים עשרה;13=שלוש עשרה;14=ארבע עשרה;15=חמש עשרה;16=שש עשרה;17=שבע עשרה;18=שמונה עשרה;19=תשע עשרה;2=שתיים;20=עשרים;21=עשרים ואחת;22=עשרים ושתיים;23=עשרים ושלוש;24=עשרים וארבע;25=עשרים וחמש;26=עשרים ושש;27=עשרים ושבע;28=עשרים ושמונה;29=עשרים ותשע;3=שלוש;30=שלושים;31=שלושים ואחת;4=ארבע;40=ארבעים;5=חמש;50=חמישים;6=שש;60=שישים;7=שבע;70=שבעים;8=שמונה;80=שמונים;9=תשע;90=תשעים
hi weekdays 0=सोम|सोमवार;1=मंगल|मंगलवार;2=बुध|बुधवार;3=गुरु|गुरुवार;4=शुक्र|शुक्रवार;5=शनि|शनिवार;6=रवि|रविवार
hi months 1=जनवरी|जन॰;10=अक्टूबर|अक्टू॰;11=नवंबर|नव॰;12=दिसंबर|दिस॰;2=फ़रवरी|फ़र॰;3=मार्च;4=अप्रैल;5=मई;6=जून;7=जुलाई|जुल॰;8=अगस्त|अग॰;9=सितंबर|सित॰
hi periods am=am;pm=pm
hi units cm=सेंटीमीटर|सें॰मी॰;day=दिन;g=ग्राम|ग्रा॰;hour=घंटा|घंटे|घं॰;kg=किलोग्राम|कि॰ग्रा॰;km=किलोमीटर|कि॰मी॰;l=लीटर|ली॰;m=मी|मीटर;minute=मिनट|मि॰;ml=मिलीलीटर|मि॰ ली॰;mm=मिलीमीटर|मि॰मी॰;month=महीना|महीने|माह;week=सप्ताह;yd=गज़;year=वर्ष
hi currencies EUR=यूरो;dirham=रहम
hr weekdays 0=pon|ponedjeljak;1=uto|utorak;2=sri|srijeda;3=čet|četvrtak;4=pet|petak;5=sub|subota;6=ned|nedjelja
hr months 1=sij|siječanj|siječnja;10=lis|listopad|listopada;11=stu|studeni|studenoga;12=pro|prosinac|prosinca;2=velj|veljača|veljače;3=ožu|ožujak|ožujka;4=tra|travanj|travnja;5=svi|svibanj|svibnja;6=lip|lipanj|lipnja;7=srp|srpanj|srpnja;8=kol|kolovoz|kolovoza;9=ruj|rujan|rujna
hr periods am=am|ujutro;pm=navečer|noću|pm|poslije podne
hr units cm=centimetar|centimetara|centimetra|cm;day=dan|dana;g=g|gram|grama;hour=h|sat|sata|sati;kg=kg|kilogram|kilograma;km=kilometar|kilometara|kilometra|km;l=l|litara|litra|litre;m=m|metar|metara|metra;minute=min|minuta|minute;ml=mililitar|mililitara|mililitra|ml;mm=milimetar|milimetara|milimetra|mm;month=mj|mjesec|mjeseca|mjeseci;week=tj|tjedan|tjedana|tjedna;yd=jard|jarda|jardi|yd;year=g|godina|godine
hr currencies $=dolar|dolara;EUR=eura|euro;dinar=dinar|dinara;dirham=dirham|dirhama;kr=kruna|krune;peso=pezo;riyal=rijal|rijala;rupee=rupija|rupije
hu weekdays 0=h|hétfő;1=k|kedd;2=sze|szerda;3=cs|csütörtök;4=p|péntek;5=szo|szombat;6=v|vasárnap
hu months 1=jan|január;10=okt|október;11=nov|november;12=dec|december;2=febr|február;3=márc|március;4=ápr|április;5=máj|május;6=jún|június;7=júl|július;8=aug|augusztus;9=szept|szeptember
hu periods am=de|délelőtt|reggel;pm=du|délután|este|hajnal|éjjel
hu units cm=centiméter|cm;day=nap;g=g|gramm;hour=ó|óra;kg=kg|kilogramm;km=kilométer|km;l=l|liter;m=m|méter;minute=p|perc;ml=milliliter|ml;mm=milliméter|mm;month=hónap;week=hét;yd=yard|yd;year=év
hu currencies $=dollár;EUR=euró;dinar=dínár;dirham=dirham;kr=korona;peso=peso;riyal=riál;rupee=rúpia
hu numbers 10=tíz;100=száz;11=tizenegy;12=tizenkettő;13=tizenhárom;14=tizennégy;15=tizenöt;16=tizenhat;17=tizenhét;18=tizennyolc;19=tizenkilenc;2=kettő;20=húsz;21=huszonegy;22=huszonkettő;23=huszonhárom;24=huszonnégy;25=huszonöt;26=huszonhat;27=huszonhét;28=huszonnyolc;29=huszonkilenc;3=három;30=harminc;31=harmincegy;4=négy;40=negyven;5=öt;50=ötven;6=hat;60=hatvan;7=hét;70=hetven;8=nyolc;80=nyolcvan;9=kilenc;90=kilencven
id weekdays 0=sen|senin;1=sel|selasa;2=rab|rabu;3=kam|kamis;4=jum|jumat;5=sab|sabtu;6=min|minggu
id months 1=jan|januari;10=okt|oktober;11=nov|november;12=des|desember;2=feb|februari;3=mar|maret;4=apr|april;5=mei;6=jun|juni;7=jul|juli;8=agu|agustus;9=sep|september
id periods am=am;pm=pm
id units cm=cm|sentimeter;day=hari|hr;g=g|gram;hour=j|jam;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=menit|mnt;ml=mililiter|ml;mm=milimeter|mm;month=bln|bulan;week=mgg|minggu;yd=yard|yd;year=tahun|thn
id currencies $=dolar;EUR=euro;dinar=dinar;dirham=dirham;peso=peso;rupee=rupee
id numbers 10=sepuluh;100=seratus;11=sebelas;12=dua belas;13=tiga belas;14=empat belas;15=lima belas;16=enam belas;17=tujuh belas;18=delapan belas;19=sembilan belas;2=dua;20=dua puluh;21=dua puluh satu;22=dua puluh dua;23=dua puluh tiga;24=dua puluh empat;25=dua puluh lima;26=dua puluh enam;27=dua puluh tujuh;28=dua puluh delapan;29=dua puluh sembilan;3=tiga;30=tiga puluh;31=tiga puluh satu;4=empat;40=empat puluh;5=lima;50=lima puluh;6=enam;60=enam puluh;7=tujuh;70=tujuh puluh;8=delapan;80=delapan puluh;9=sembilan;90=sembilan puluh
is weekdays 0=mán|mánudagur;1=þri|þriðjudagur;2=mið|miðvikudagur;3=fim|fimmtudagur;4=fös|föstudagur;5=lau|laugardagur;6=sun|sunnudagur
is months 1=jan|janúar;10=okt|október;11=nóv|nóvember;12=des|desember;2=feb|febrúar;3=mar|mars;4=apr|apríl;5=maí;6=jún|júní;7=júl|júlí;8=ágú|ágúst;9=sep|september
is periods am=fh|morgunn;pm=eftir hádegi|eh|kvöld|nótt
is units cm=cm|sentimetrar|sentimetri;day=dagar|dagur;g=g|gramm|grömm;hour=klst|klukkustund|klukkustundir;kg=kg|kílógramm|kílógrömm;km=km|kílómetrar|kílómetri;l=l|lítrar|lítri;m=m|metrar|metri;minute=mín|mínúta|mínútur;ml=millilítrar|millilítri|ml;mm=millimetrar|millimetri|mm;month=mán|mánuðir|mánuður;week=vika|vikur;yd=yard|yardar|yd;year=ár
is currencies CAD=kanadadalir|kanadadalur;EUR=evra|evrur;GBP=sterlingspund;USD=bandaríkjadalir|bandaríkjadalur;dinar=denarar|denari;dirham=dírham|dírhöm;kr=króna|krónur;peso=pesar|pesi;riyal=ríal|ríöl;rupee=rúpía|rúpíur
is numbers 10=tíu;100=eitt hundrað;11=ellefu;12=tólf;13=þrettán;14=fjórtán;15=fimmtán;16=sextán;17=sautján;18=átján;19=nítján;2=tveir;20=tuttugu;21=tuttugu og einn;22=tuttugu og tveir;23=tuttugu og þrír;24=tuttugu og fjórir;25=tuttugu og fimm;26=tuttugu og sex;27=tuttugu og sjö;28=tuttugu og átta;29=tuttugu og níu;3=þrír;30=þrjátíu;31=þrjátíu og einn;4=fjórir;40=fjörutíu;5=fimm;50=fimmtíu;6=sex;60=sextíu;7=sjö;70=sjötíu;8=átta;80=áttatíu;9=níu;90=níutíu
it weekdays 0=lun|lunedì;1=mar|martedì;2=mer|mercoledì;3=gio|giovedì;4=ven|venerdì;5=sab|sabato;6=dom|domenica
it months 1=gen|gennaio;10=ott|ottobre;11=nov|novembre;12=dic|dicembre;2=feb|febbraio;3=mar|marzo;4=apr|aprile;5=mag|maggio;6=giu|giugno;7=lug|luglio;8=ago|agosto;9=set|settembre
it periods am=am|di mattina;pm=del pomeriggio|di notte|di sera|pm
it units cm=centimetri|centimetro|cm;day=giorni|giorno;g=g|grammi|grammo;hour=h|ora|ore;kg=chilogrammi|chilogrammo|kg;km=chilometri|chilometro|km;l=l|litri|litro;m=m|metri|metro;minute=min|minuti|minuto;ml=millilitri|millilitro|ml;mm=millimetri|millimetro|mm;month=mese|mesi;week=sett|settimana|settimane;yd=iarda|iarde|yd;year=anni|anno
it currencies $=dollari|dollaro;EUR=euro;dinar=dinari|dinaro;dirham=dirham;kr=corona|corone;peso=peso|pesos;rupee=rupia|rupie
it numbers 10=dieci;100=cento;11=undici;12=dodici;13=tredici;14=quattordici;15=quindici;16=sedici;17=diciassette;18=diciotto;19=diciannove;2=due;20=venti;21=ventuno;22=ventidue;23=ventitré;24=ventiquattro;25=venticinque;26=ventisei;27=ventisette;28=ventotto;29=ventinove;3=tre;30=trenta;31=trentuno;4=quattro;40=quaranta;5=cinque;50=cinquanta;6=sei;60=sessanta;7=sette;70=settanta;8=otto;80=ottanta;9=nove;90=novanta
ja weekdays 0=月|月曜日;1=火|火曜日;2=水|水曜日;3=木|木曜日;4=金|金曜日;5=土|土曜日;6=日|日曜日
ja months 1=1月;10=10月;11=11月;12=12月;2=2月;3=3月;4=4月;5=5月;6=6月;7=7月;8=8月;9=9月
ja periods am=午前;pm=午後
ja units cm=cm|センチメートル;day=日;g=g|グラム;hour=時間;kg=kg|キログラム;km=km|キロメートル;l=l|リットル;m=m|メートル;minute=分;ml=ml|ミリリットル;mm=mm|ミリメートル;month=か月;week=週間;yd=yd|ヤード;year=年
ja currencies AED=アラブ首長国連邦ディルハム;CNY=中国人民元;EUR=ユーロ;GBP=英国ポンド;HKD=香港ドル;ILS=イスラエル新シェケル;JPY=円|日本円;KRW=韓国ウォン;USD=米ドル;dinar=ディナール;dirham=ディルハム;rupee=ルピー
ja numbers 10=十;100=百;11=十一;12=十二;13=十三;14=十四;15=十五;16=十六;17=十七;18=十八;19=十九;2=二;20=二十;21=二十一;22=二十二;23=二十三;24=二十四;25=二十五;26=二十六;27=二十七;28=二十八;29=二十九;3=三;30=三十;31=三十一;4=四;40=四十;5=五;50=五十;6=六;60=六十;7=七;70=七十;8=八;80=八十;9=九;90=九十
ka weekdays 0=ორშ|ორშაბათი;1=სამ|სამშაბათი;2=ოთხ|ოთხშაბათი;3=ხუთ|ხუთშაბათი;4=პარ|პარასკევი;5=შაბ|შაბათი;6=კვი|კვირა
ka months 1=იან|იანვარი;10=ოქტ|ოქტომბერი;11=ნოე|ნოემბერი;12=დეკ|დეკემბერი;2=თებ|თებერვალი;3=მარ|მარტი;4=აპრ|აპრილი;5=მაი|მაისი;6=ივნ|ივნისი;7=ივლ|ივლისი;8=აგვ|აგვისტო;9=სექ|სექტემბერი
ka periods am=am|დილით;pm=pm|ნაშუადღევს|საღამოს|ღამით
ka units cm=სანტიმეტრი|სმ;day=დღე;g=გ|გრამი;hour=საათი|სთ;kg=კგ|კილოგრამი;km=კილომეტრი|კმ;l=ლ|ლიტრი;m=მ|მეტრი;minute=წთ|წუთი;ml=მილილ|მილილიტრი;mm=მილიმეტრი|მმ;month=თვე;week=კვირა|კვრ;yd=იარდი;year=წ|წელი
ka currencies $=დოლარი;EUR=ევრო;dirham=დირჰამი;kr=კრონა;peso=პესო;riyal=რიალი;rupee=რუპია
kk weekdays 0=дс|дүйсенбі;1=сейсенбі|сс;2=ср|сәрсенбі;3=бейсенбі|бс;4=жм|жұма;5=сб|сенбі;6=жексенбі|жс
kk months 1=қаң|қаңтар;10=қаз|қазан;11=қар|қараша;12=жел|желтоқсан;2=ақп|ақпан;3=нау|наурыз;4=сәу|сәуір;5=мам|мамыр;6=мау|маусым;7=шіл|шілде;8=там|тамыз;9=қыр|қыркүйек
kk periods am=am;pm=pm
kk units cm=сантиметр|см;day=күн;g=г|грамм;hour=сағ|сағат;kg=кг|килограмм;km=километр|км;l=л|литр;m=м|метр;minute=мин|минут;ml=миллилитр|мл;mm=миллиметр|мм;month=ай;week=ап|апта;yd=ярд;year=ж|жыл
kk currencies $=доллары;EUR=еуро;dinar=динары;dirham=дирхамы;kr=кроны;peso=песосы;riyal=риалы;rupee=рупиясы
ko weekdays 0=월|월요일;1=화|화요일;2=수|수요일;3=목|목요일;4=금|금요일;5=토|토요일;6=일|일요일
ko months 1=1월;10=10월;11=11월;12=12월;2=2월;3=3월;4=4월;5=5월;6=6월;7=7월;8=8월;9=9월
ko periods am=오전;pm=오후
ko units cm=cm|센티미터;day=일;g=g|그램;hour=시간;kg=kg|킬로그램;km=km|킬로미터;l=l|리터;m=m|미터;minute=분;ml=ml|밀리리터;mm=mm|밀리미터;month=개월;week=주;yd=yd|야드;year=년
ko currencies EUR=유로;dinar=디나르;dirham=디르함
ko numbers 10=십;100=백;11=십일;12=십이;13=십삼;14=십사;15=십오;16=십육;17=십칠;18=십팔;19=십구;2=이;20=이십;21=이십일;22=이십이;23=이십삼;24=이십사;25=이십오;26=이십육;27=이십칠;28=이십팔;29=이십구;3=삼;30=삼십;31=삼십일;4=사;40=사십;5=오;50=오십;6=육;60=육십;7=칠;70=칠십;8=팔;80=팔십;9=구;90=구십
lt weekdays 0=pirmadienis|pr;1=an|antradienis;2=tr|trečiadienis;3=ketvirtadienis|kt;4=penktadienis|pn;5=šeštadienis|št;6=sekmadienis|sk
lt months 1=saus|sausio|sausis;10=spal|spalio|spalis;11=lapkr|lapkritis|lapkričio;12=gruod|gruodis|gruodžio;2=vas|vasario|vasaris;3=kov|kovas|kovo;4=bal|balandis|balandžio;5=geg|gegužė|gegužės;6=birž|birželio|birželis;7=liep|liepa|liepos;8=rugp|rugpjūtis|rugpjūčio;9=rugs|rugsėjis|rugsėjo
lt periods am=pr p|priešpiet;pm=pop|popiet
lt units cm=centimetrai|centimetras|centimetro|centimetrų|cm;day=d|diena|dienos|dienų;g=g|gramai|gramas|gramo|gramų;hour=val|valanda|valandos|valandų;kg=kg|kilogramai|kilogramas|kilogramo|kilogramų;km=kilometrai|kilometras|kilometro|kilometrų|km;l=l|litrai|litras|litro|litrų;m=m|metrai|metras|metro|metrų;minute=min|minutė|minutės|minučių;ml=mililitrai|mililitras|mililitro|mililitrų|ml;mm=milimetrai|milimetras|milimetro|milimetrų|mm;month=mėn|mėnesiai|mėnesio|mėnesių|mėnuo;week=sav|savaitė|savaitės|savaičių;yd=jardai|jardas|jardo|jardų|yd;year=m|metai|metų
lt currencies $=doleriai|dolerio|doleris|dolerių;EUR=eurai|euras|euro|eurų;dinar=dinarai|dinaras|dinaro|dinarų;dirham=dirhamai|dirhamas|dirhamo|dirhamų;kr=krona|kronos|kronų;peso=pesai|pesas|peso|pesų;rupee=rupija|rupijos|rupijų
lt numbers 10=dešimt;100=vienas šimtas;11=vienuolika;12=dvylika;13=trylika;14=keturiolika;15=penkiolika;16=šešiolika;17=septyniolika;18=aštuoniolika;19=devyniolika;2=du;20=dvidešimt;21=dvidešimt vienas;22=dvidešimt du;23=dvidešimt trys;24=dvidešimt keturi;25=dvidešimt penki;26=dvidešimt šeši;27=dvidešimt septyni;28=dvidešimt aštuoni;29=dvidešimt devyni;3=trys;30=trisdešimt;31=trisdešimt vienas;4=keturi;40=keturiasdešimt;5=penki;50=penkiasdešimt;6=šeši;60=šešiasdešimt;7=septyni;70=septyniasdešimt;8=aštuoni;80=aštuoniasdešimt;9=devyni;90=devyniasdešimt
lv weekdays 0=pirmd|pirmdiena;1=otrd|otrdiena;2=trešd|trešdiena;3=ceturtd|ceturtdiena;4=piektd|piektdiena;5=sestd|sestdiena;6=svētd|svētdiena
lv months 1=janv|janvāris;10=okt|oktobris;11=nov|novembris;12=dec|decembris;2=febr|februāris;3=marts;4=apr|aprīlis;5=maijs;6=jūn|jūnijs;7=jūl|jūlijs;8=aug|augusts;9=sept|septembris
lv periods am=no rīta|priekšp|priekšpusdiena|priekšpusdienā|rīts;pm=nakts|naktī|pēcp|pēcpusd|pēcpusdiena|pēcpusdienā|vakars|vakarā
lv units cm=centimetri|centimetrs|centimetru|cm;day=d|diena|dienas|dienu;g=g|grami|grams|gramu;hour=st|stunda|stundas|stundu;kg=kg|kilogrami|kilograms|kilogramu;km=kilometri|kilometrs|kilometru|km;l=l|litri|litrs|litru;m=m|metri|metrs|metru;minute=min|minūte|minūtes|minūšu;ml=mililitri|mililitrs|mililitru|ml;mm=milimetri|milimetrs|milimetru|mm;month=mēn|mēnesis|mēneši|mēnešu;week=ned|nedēļa|nedēļas|nedēļu;yd=jardi|jards|jardu;year=g|gadi|gads|gadu
lv currencies $=dolāri|dolārs;EUR=eiro;dinar=dināri|dinārs;dirham=dirhēmi|dirhēms;kr=krona|kronas;peso=peso;riyal=riāli|riāls;rupee=rūpija|rūpijas
lv numbers 10=desmit;100=simts;11=vienpadsmit;12=divpadsmit;13=trīspadsmit;14=četrpadsmit;15=piecpadsmit;16=sešpadsmit;17=septiņpadsmit;18=astoņpadsmit;19=deviņpadsmit;2=divi;20=divdesmit;21=divdesmit viens;22=divdesmit divi;23=divdesmit trīs;24=divdesmit četri;25=divdesmit pieci;26=divdesmit seši;27=divdesmit septiņi;28=divdesmit astoņi;29=divdesmit deviņi;3=trīs;30=trīsdesmit;31=trīsdesmit viens;4=četri;40=četrdesmit;5=pieci;50=piecdesmit;6=seši;60=sešdesmit;7=septiņi;70=septiņdesmit;8=astoņi;80=astoņdesmit;9=deviņi;90=deviņdesmit
mk weekdays 0=пон|понеделник;1=вто|вторник;2=сре|среда;3=чет|четврток;4=пет|петок;5=саб|сабота;6=нед|недела
mk months 1=јан|јануари;10=окт|октомври;11=ное|ноември;12=дек|декември;2=фев|февруари;3=мар|март;4=апр|април;5=мај;6=јун|јуни;7=јул|јули;8=авг|август;9=сеп|септември
mk periods am=претпл|претпладне|утро;pm=вечер|ноќ|попл|попладне
mk units cm=cm|сантиметар|сантиметри;day=ден|дена;g=g|грам|грама;hour=ч|час|часа;kg=kg|килограм|килограми;km=km|километар|километри;l=l|литар|литри;m=m|метар|метри;minute=мин|минута|минути;ml=ml|милилитар|милилитри;mm=mm|милиметар|милиметри;month=мес|месец|месеци;week=сед|седмица|седмици;yd=yd|јард|јарди;year=год|година|години
mk currencies $=долар|долари;EUR=евра|евро;dinar=динар|динари;dirham=дирхам|дирхами;kr=круна|круни;peso=пезос|пезоси;riyal=ријал|ријали;rupee=рупии|рупија
ms weekdays 0=isn|isnin;1=sel|selasa;2=rab|rabu;3=kha|khamis;4=jum|jumaat;5=sab|sabtu;6=ahad|ahd
ms months 1=jan|januari;10=okt|oktober;11=nov|november;12=dis|disember;2=feb|februari;3=mac;4=apr|april;5=mei;6=jun;7=jul|julai;8=ogo|ogos;9=sep|september
ms periods am=pagi|pg|tengah malam;pm=malam|petang|ptg|tengah hari
ms units cm=cm|sentimeter;day=hari;g=g|gram;hour=j|jam;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minit;ml=mililiter|ml;mm=milimeter|mm;month=bln|bulan;week=mgu|minggu;yd=ela;year=tahun|thn
ms currencies $=dolar;EUR=euro;dinar=dinar;dirham=dirham;peso=peso;rupee=rupee
nb weekdays 0=man|mandag;1=tir|tirsdag;2=ons|onsdag;3=tor|torsdag;4=fre|fredag;5=lør|lørdag;6=søn|søndag
nb months 1=jan|januar;10=okt|oktober;11=nov|november;12=des|desember;2=feb|februar;3=mar|mars;4=apr|april;5=mai;6=jun|juni;7=jul|juli;8=aug|august;9=sep|september
nb periods am=am|formiddag|morgen|på formiddagen|på morgenen;pm=ettermiddag|kveld|natt|pm|på ettermiddagen|på kvelden|på natten
nb units cm=centimeter|cm;day=d|døgn;g=g|gram;hour=t|time|timer;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minutt|minutter;ml=milliliter|ml;mm=millimeter|mm;month=md|måned|måneder;week=u|uke|uker;yd=yard;year=år
nb currencies $=dollar;EUR=euro;dinar=dinar|dinarer;dirham=dirham;kr=krone|kroner;peso=peso|pesos;rupee=rupi|rupier
nl weekdays 0=ma|maandag;1=di|dinsdag;2=wo|woensdag;3=do|donderdag;4=vr|vrijdag;5=za|zaterdag;6=zo|zondag
nl months 1=jan|januari;10=okt|oktober;11=nov|november;12=dec|december;2=feb|februari;3=maart|mrt;4=apr|april;5=mei;6=jun|juni;7=jul|juli;8=aug|augustus;9=sep|september
nl periods am=am;pm=pm
nl units cm=centimeter|cm;day=dag|dagen;g=g|gram;hour=uur;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minuten|minuut;ml=milliliter|ml;mm=millimeter|mm;month=maand|maanden|mnd;week=week|weken|wk|wkn;yd=yard|yards|yd;year=jaar|jr
nl currencies $=dollar;EUR=euro;dinar=dinar;dirham=dirham;kr=kronen|kroon;peso=peso;rupee=roepie
nl numbers 10=tien;100=honderd;11=elf;12=twaalf;13=dertien;14=veertien;15=vijftien;16=zestien;17=zeventien;18=achttien;19=negentien;2=twee;20=twintig;21=eenentwintig;22=tweeëntwintig;23=drieëntwintig;24=vierentwintig;25=vijfentwintig;26=zesentwintig;27=zevenentwintig;28=achtentwintig;29=negenentwintig;3=drie;30=dertig;31=eenendertig;4=vier;40=veertig;5=vijf;50=vijftig;6=zes;60=zestig;7=zeven;70=zeventig;8=acht;80=tachtig;9=negen;90=negentig
pl weekdays 0=pon|poniedziałek;1=wt|wtorek;2=śr|środa;3=czw|czwartek;4=piątek|pt;5=sob|sobota;6=niedz|niedziela
pl months 1=sty|styczeń|stycznia;10=paź|październik|października;11=lis|listopad|listopada;12=gru|grudnia|grudzień;2=lut|lutego|luty;3=mar|marca|marzec;4=kwi|kwiecień|kwietnia;5=maj|maja;6=cze|czerwca|czerwiec;7=lip|lipca|lipiec;8=sie|sierpień|sierpnia;9=wrz|wrzesień|września
pl periods am=am;pm=pm
pl units cm=centymetr|centymetra|centymetry|centymetrów|cm;day=dni|dnia|dzień;g=g|gram|grama|gramy|gramów;hour=godz|godzin|godzina|godziny;kg=kg|kilogram|kilograma|kilogramy|kilogramów;km=kilometr|kilometra|kilometry|kilometrów|km;l=l|litr|litra|litry|litrów;m=m|metr|metra|metry|metrów;minute=min|minut|minuta|minuty;ml=mililitr|mililitra|mililitry|mililitrów|ml;mm=milimetr|milimetra|milimetry|milimetrów|mm;month=mies|miesiąc|miesiąca|miesiące|miesięcy;week=tydz|tydzień|tyg|tygodni|tygodnia|tygodnie;yd=jard|jarda|jardy|jardów|yd;year=lat|lata|rok|roku
pl currencies $=dolar|dolara|dolary|dolarów;EUR=euro;dinar=dinar|dinara|dinary|dinarów;dirham=dirham|dirhama|dirhamy|dirhamów;kr=koron|korona|korony;peso=peso|pesos;riyal=rial|riala|riale|riali;rupee=rupia|rupie|rupii
pl numbers 10=dziesięć;100=sto;11=jedenaście;12=dwanaście;13=trzynaście;14=czternaście;15=piętnaście;16=szesnaście;17=siedemnaście;18=osiemnaście;19=dziewiętnaście;2=dwa;20=dwadzieścia;21=dwadzieścia jeden;22=dwadzieścia dwa;23=dwadzieścia trzy;24=dwadzieścia cztery;25=dwadzieścia pięć;26=dwadzieścia sześć;27=dwadzieścia siedem;28=dwadzieścia osiem;29=dwadzieścia dziewięć;3=trzy;30=trzydzieści;31=trzydzieści jeden;4=cztery;40=czterdzieści;5=pięć;50=pięćdziesiąt;6=sześć;60=sześćdziesiąt;7=siedem;70=siedemdziesiąt;8=osiem;80=osiemdziesiąt;9=dziewięć;90=dziewięćdziesiąt
pt weekdays 0=seg|segunda-feira;1=ter|terça-feira;2=qua|quarta-feira;3=qui|quinta-feira;4=sex|sexta-feira;5=sáb|sábado;6=dom|domingo
pt months 1=jan|janeiro;10=out|outubro;11=nov|novembro;12=dez|dezembro;2=fev|fevereiro;3=mar|março;4=abr|abril;5=mai|maio;6=jun|junho;7=jul|julho;8=ago|agosto;9=set|setembro
pt periods am=am;pm=pm
pt units cm=centímetro|centímetros|cm;day=dia|dias;g=g|grama|gramas;hour=h|hora|horas;kg=kg|quilograma|quilogramas;km=km|quilômetro|quilômetros;l=l|litro|litros;m=m|metro|metros;minute=min|minuto|minutos;ml=mililitro|mililitros|ml;mm=milímetro|milímetros|mm;month=meses|mês;week=sem|semana|semanas;yd=jarda|jardas|yd;year=ano|anos
pt currencies $=dólar|dólares;EUR=euro|euros;dinar=dinar|dinares;dirham=dirham|dirhams;kr=coroa|coroas;peso=peso|pesos;rupee=rupia|rupias
pt numbers 10=dez;100=cem;11=onze;12=doze;13=treze;14=catorze;15=quinze;16=dezasseis;17=dezassete;18=dezoito;19=dezanove;2=dois;20=vinte;21=vinte e um;22=vinte e dois;23=vinte e três;24=vinte e quatro;25=vinte e cinco;26=vinte e seis;27=vinte e sete;28=vinte e oito;29=vinte e nove;3=três;30=trinta;31=trinta e um;4=quatro;40=quarenta;5=cinco;50=cinquenta;6=seis;60=sessenta;7=sete;70=setenta;8=oito;80=oitenta;9=nove;90=noventa
ro weekdays 0=lun|luni;1=mar|marți;2=mie|miercuri;3=joi;4=vin|vineri;5=sâm|sâmbătă;6=dum|duminică
ro months 1=ian|ianuarie;10=oct|octombrie;11=noiembrie|nov;12=dec|decembrie;2=feb|februarie;3=mar|martie;4=apr|aprilie;5=mai;6=iun|iunie;7=iul|iulie;8=aug|august;9=sept|septembrie
ro periods am=am|dimineața;pm=după-amiaza|noaptea|pm|seara
ro units cm=centimetri|centimetru|cm|de centimetri;day=de zile|zi|zile;g=de grame|g|gram|grame;hour=de ore|ore|oră;kg=de kilograme|kg|kilogram|kilograme;km=de kilometri|kilometri|kilometru|km;l=de litri|l|litri|litru;m=de metri|m|metri|metru;minute=de minute|min|minut|minute;ml=de mililitri|mililitri|mililitru|ml;mm=de milimetri|milimetri|milimetru|mm;month=de luni|luni|lună;week=de săptămâni|săpt|săptămâni|săptămână;yd=de iarzi|iard|iarzi|yd;year=an|ani|de ani
ro currencies $=dolar|dolari;BGN=leva|leve;BRL=real|reali;EUR=euro;HUF=forint|forinți;PEN=sol|soli;PLN=zlot|zloți;UAH=grivne|grivnă;dinar=dinar|dinari;dirham=dirham|dirhami;kr=coroane|coroană;peso=peso|pesos;riyal=rial|riali;rupee=rupie|rupii
ro numbers 10=zece;100=o sută;11=unsprezece;12=doisprezece;13=treisprezece;14=paisprezece;15=cincisprezece;16=șaisprezece;17=șaptesprezece;18=optsprezece;19=nouăsprezece;2=doi;20=douăzeci;21=douăzeci și unu;22=douăzeci și doi;23=douăzeci și trei;24=douăzeci și patru;25=douăzeci și cinci;26=douăzeci și șase;27=douăzeci și șapte;28=douăzeci și opt;29=douăzeci și nouă;3=trei;30=treizeci;31=treizeci și unu;4=patru;40=patruzeci;5=cinci;50=cincizeci;6=șase;60=șaizeci;7=șapte;70=șaptezeci;8=opt;80=optzeci;9=nouă;90=nouăzeci
ru weekdays 0=пн|понедельник;1=вт|вторник;2=ср|среда;3=четверг|чт;4=пт|пятница;5=сб|суббота;6=воскресенье|вс
ru months 1=янв|январь|января;10=окт|октябрь|октября;11=нояб|ноябрь|ноября;12=дек|декабрь|декабря;2=февр|февраль|февраля;3=мар|март|марта;4=апр|апрель|апреля;5=май|мая;6=июн|июнь|июня;7=июл|июль|июля;8=авг|август|августа;9=сент|сентябрь|сентября
ru periods am=am|утра|утро;pm=pm|вечер|вечера|день|дня|ночи|ночь
ru units cm=сантиметр|сантиметра|сантиметров|см;day=день|дн|дней|дня;g=г|грамм|грамма;hour=ч|час|часа|часов;kg=кг|килограмм|килограмма;km=километр|километра|километров|км;l=л|литр|литра|литров;m=м|метр|метра|метров;minute=мин|минут|минута|минуты;ml=миллилитр|миллилитра|миллилитров|мл;mm=миллиметр|миллиметра|миллиметров|мм;month=мес|месяц|месяца|месяцев;week=нед|недели|недель|неделя;yd=ярд|ярда|ярдов;year=г|год|года|л|лет
ru currencies $=доллар|доллара|долларов;EUR=евро;dinar=динар|динара|динаров;dirham=дирхам|дирхама|дирхамов;kr=крон|крона|кроны;peso=песо;rupee=рупии|рупий|рупия
ru numbers 10=десять;100=сто;11=одиннадцать;12=двенадцать;13=тринадцать;14=четырнадцать;15=пятнадцать;16=шестнадцать;17=семнадцать;18=восемнадцать;19=девятнадцать;2=два;20=двадцать;21=двадцать один;22=двадцать два;23=двадцать три;24=двадцать четыре;25=двадцать пять;26=двадцать шесть;27=двадцать семь;28=двадцать восемь;29=двадцать девять;3=три;30=тридцать;31=тридцать один;4=четыре;40=сорок;5=пять;50=пятьдесят;6=шесть;60=шестьдесят;7=семь;70=семьдесят;8=восемь;80=восемьдесят;9=девять;90=девяносто
sk weekdays 0=po|pondelok;1=ut|utorok;2=st|streda;3=št|štvrtok;4=pi|piatok;5=so|sobota;6=ne|nedeľa
sk months 1=jan|január|januára;10=okt|október|októbra;11=nov|november|novembra;12=dec|december|decembra;2=feb|február|februára;3=mar|marca|marec;4=apr|apríl|apríla;5=máj|mája;6=jún|júna;7=júl|júla;8=aug|august|augusta;9=sep|september|septembra
sk periods am=am|dopoludnia|dopoludnie|ráno;pm=noc|pm|popoludnie|popoludní|v noci|večer
sk units cm=centimeter|centimetra|centimetre|centimetrov|cm;day=deň|dni|dní|dňa;g=g|gram|gramov|gramu|gramy;hour=h|hodina|hodiny|hodín;kg=kg|kilogram|kilogramov|kilogramu|kilogramy;km=kilometer|kilometra|kilometre|kilometrov|km;l=l|liter|litra|litre|litrov;m=m|meter|metra|metre|metrov;minute=min|minút|minúta|minúty;ml=mililiter|mililitra|mililitre|mililitrov|ml;mm=milimeter|milimetra|milimetre|milimetrov|mm;month=mes|mesiac|mesiaca|mesiace|mesiacov;week=týž|týždeň|týždne|týždňa|týždňov;yd=yard|yardov|yardu|yardy|yd;year=r|rok|roka|rokov|roky
sk currencies $=dolár|dolára|doláre|dolárov;EUR=eur|eura|euro|eurá;dinar=dinár|dinára|dináre|dinárov;dirham=dirham|dirhamov|dirhamu|dirhamy;kr=koruna|koruny|korún;peso=pesa|peso|pesos;riyal=rial|rialov|rialu|rialy;rupee=rupia|rupie|rupií
sk numbers 10=desať;100=sto;11=jedenásť;12=dvanásť;13=trinásť;14=štrnásť;15=pätnásť;16=šestnásť;17=sedemnásť;18=osemnásť;19=devätnásť;2=dva;20=dvadsať;21=dvadsaťjeden;22=dvadsaťdva;23=dvadsaťtri;24=dvadsaťštyri;25=dvadsaťpäť;26=dvadsaťšesť;27=dvadsaťsedem;28=dvadsaťosem;29=dvadsaťdeväť;3=tri;30=tridsať;31=tridsaťjeden;4=štyri;40=štyridsať;5=päť;50=päťdesiat;6=šesť;60=šesťdesiat;7=sedem;70=sedemdesiat;8=osem;80=osemdesiat;9=deväť;90=deväťdesiat
sl weekdays 0=pon|ponedeljek;1=tor|torek;2=sre|sreda;3=čet|četrtek;4=pet|petek;5=sob|sobota;6=ned|nedelja
sl months 1=jan|januar;10=okt|oktober;11=nov|november;12=dec|december;2=feb|februar;3=mar|marec;4=apr|april;5=maj;6=jun|junij;7=jul|julij;8=avg|avgust;9=sep|september
sl periods am=dop|dopoldan|dopoldne|jutro|zjutraj;pm=noč|ponoči|pop|popoldan|popoldne|večer|zvečer
sl units cm=centimeter|centimetra|centimetri|centimetrov|cm;day=d|dan|dneva|dni;g=g|gram|grama|grami|gramov;hour=h|ur|ura|ure|uri;kg=kg|kilogram|kilograma|kilogrami|kilogramov;km=kilometer|kilometra|kilometri|kilometrov|km;l=l|liter|litra|litri|litrov;m=m|meter|metra|metri|metrov;minute=min|minut|minuta|minute|minuti;ml=mililiter|mililitra|mililitri|militrov|ml;mm=milimeter|milimetra|milimetri|milimetrov|mm;month=m|mesec|meseca|mesecev|meseci;week=t|teden|tedna|tedni|tednov;yd=jard|jarda|jardi|jardov|yd;year=l|let|leti|leto
sl currencies $=dolar|dolarja|dolarjev|dolarji;EUR=evra|evri|evro|evrov;dinar=dinar|dinarja|dinarjev|dinarji;dirham=dirham|dirhama|dirhami|dirhamov;kr=kron|krona|krone|kroni;peso=pesa|pesi|peso|pesov;riyal=rial|riala|riali|rialov;rupee=rupij|rupija|rupije|rupiji
sl numbers 10=deset;100=sto;11=enajst;12=dvanajst;13=trinajst;14=štirinajst;15=petnajst;16=šestnajst;17=sedemnajst;18=osemnajst;19=devetnajst;2=dve;20=dvajset;21=enaindvajset;22=dvaindvajset;23=triindvajset;24=štiriindvajset;25=petindvajset;26=šestindvajset;27=sedemindvajset;28=osemindvajset;29=devetindvajset;3=tri;30=trideset;31=enaintrideset;4=štiri;40=štirideset;5=pet;50=petdeset;6=šest;60=šestdeset;7=sedem;70=sedemdeset;8=osem;80=osemdeset;9=devet;90=devetdeset
sq weekdays 0=e hënë|hën;1=e martë|mar;2=e mërkurë|mër;3=e enjte|enj;4=e premte|pre;5=e shtunë|sht;6=die|e diel
sq months 1=jan|janar;10=tet|tetor;11=nën|nëntor;12=dhj|dhjetor;2=shk|shkurt;3=mar|mars;4=pri|prill;5=maj;6=qer|qershor;7=korr|korrik;8=gush|gusht;9=sht|shtator
sq periods am=e paradites|paradite|pd;pm=e pasdites|md|pasdite
sq units cm=centimetra|centimetër|cm;day=ditë;g=g|gram|gramë;hour=orë;kg=kg|kilogram|kilogramë;km=kilometra|kilometër|km;l=l|litra|litër;m=m|metra|metër;minute=min|minuta|minutë;ml=mililitra|mililitër|ml;mm=milimetra|milimetër|mm;month=muaj;week=javë;yd=jard|jardë|yd;year=vit|vjet
sq currencies $=dollar|dollari|dollarë;EUR=euro|euroja;dinar=dinar|dinari|dinarë;dirham=dirham|dirhami|dirhamë;kr=korona|koronë;peso=peso|pesoja;riyal=rial|riali|rialë;rupee=rupi|rupia
sr weekdays 0=пон|понедељак;1=уто|уторак;2=сре|среда;3=чет|четвртак;4=пет|петак;5=суб|субота;6=нед|недеља
sr months 1=јан|јануар;10=окт|октобар;11=нов|новембар;12=дец|децембар;2=феб|фебруар;3=мар|март;4=апр|април;5=мај;6=јун;7=јул;8=авг|август;9=сеп|септембар
sr periods am=am;pm=pm
sr units cm=cm|центиметар|центиметара|центиметра;day=дан|дана;g=g|грам|грама;hour=сат|сата|сати;kg=kg|килограм|килограма;km=km|километар|километара|километра;l=l|литар|литара|литра;m=m|метар|метара|метра;minute=мин|минут|минута;ml=ml|милилитар|милилитара|милилитра;mm=mm|милиметар|милиметара|милиметра;month=мес|месец|месеца|месеци;week=нед|недеља|недеље;yd=јард|јарда|јарди|јрд;year=год|година|године
sr currencies $=долар|долара;EUR=евра|евро;dinar=динар|динара;dirham=дирхам|дирхама;kr=круна|круне;peso=пезос|пезоса;riyal=ријал|ријала;rupee=рупија|рупије
sr numbers 10=deset;100=sto;11=jedanaest;12=dvanaest;13=trinaest;14=četrnaest;15=petnaest;16=šesnaest;17=sedamnaest;18=osamnaest;19=devetnaest;2=dva;20=dvadeset;21=dvadeset jedan;22=dvadeset dva;23=dvadeset tri;24=dvadeset četiri;25=dvadeset pet;26=dvadeset šest;27=dvadeset sedam;28=dvadeset osam;29=dvadeset devet;3=tri;30=trideset;31=trideset jedan;4=četiri;40=četrdeset;5=pet;50=pedeset;6=šest;60=šezdeset;7=sedam;70=sedamdeset;8=osam;80=osamdeset;9=devet;90=devedeset
sv weekdays 0=mån|måndag;1=tis|tisdag;2=ons|onsdag;3=tors|torsdag;4=fre|fredag;5=lör|lördag;6=sön|söndag
sv months 1=jan|januari;10=okt|oktober;11=nov|november;12=dec|december;2=feb|februari;3=mars;4=apr|april;5=maj;6=juni;7=juli;8=aug|augusti;9=sep|september
sv periods am=fm|förmiddag|morgon|på förmiddagen|på morgonen;pm=eftermiddag|em|kväll|natt|på eftermiddagen|på kvällen|på natten
sv units cm=centimeter|cm;day=d|dygn;g=g|gram;hour=tim|timmar|timme;kg=kg|kilogram;km=kilometer|km;l=l|liter;m=m|meter;minute=min|minut|minuter;ml=milliliter|ml;mm=millimeter|mm;month=mån|månad|månader;week=v|vecka|veckor;yd=yard|yd;year=år
sv currencies $=dollar;EUR=euro;HKD=hongkongdollar;dinar=dinar|dinarer;dirham=dirham;kr=krona|kronor;peso=peso|pesos;rupee=rupie|rupier
sv numbers 10=tio;100=etthundra;11=elva;12=tolv;13=tretton;14=fjorton;15=femton;16=sexton;17=sjutton;18=arton;19=nitton;2=två;20=tjugo;21=tjugoett;22=tjugotvå;23=tjugotre;24=tjugofyra;25=tjugofem;26=tjugosex;27=tjugosju;28=tjugoåtta;29=tjugonio;3=tre;30=trettio;31=trettioett;4=fyra;40=förtio;5=fem;50=femtio;6=sex;60=sextio;7=sju;70=sjuttio;8=åtta;80=åttio;9=nio;90=nittio
sw weekdays 0=jumatatu;1=jumanne;2=jumatano;3=alhamisi;4=ijumaa;5=jumamosi;6=jumapili
sw months 1=jan|januari;10=okt|oktoba;11=nov|novemba;12=des|desemba;2=feb|februari;3=mac|machi;4=apr|aprili;5=mei;6=jun|juni;7=jul|julai;8=ago|agosti;9=sep|septemba
sw periods am=alfajiri|am|asubuhi;pm=jioni|mchana|pm|usiku
sw units cm=sentimita;day=siku;g=gramu;hour=saa;kg=kg|kilogramu;km=kilomita|km;l=lita;m=mita;minute=dakika;ml=mililita;mm=milimita;month=miezi|mwezi;week=wiki;yd=yadi;year=miaka|mwaka
sw currencies $=dola;EUR=yuro;dinar=dinari;dirham=dirham;peso=peso;rupee=rupia
ta weekdays 0=திங்|திங்கள்;1=செவ்|செவ்வாய்;2=புத|புதன்;3=வியா|வியாழன்;4=வெள்|வெள்ளி;5=சனி;6=ஞாயி|ஞாயிறு
ta months 1=ஜன|ஜனவரி;10=அக்|அக்டோபர்;11=நவ|நவம்பர்;12=டிச|டிசம்பர்;2=பிப்|பிப்ரவரி;3=மார்|மார்ச்;4=ஏப்|ஏப்ரல்;5=மே;6=ஜூன்;7=ஜூலை;8=ஆக|ஆகஸ்ட்;9=செப்|செப்டம்பர்
ta periods am=am;pm=pm
ta units cm=cm|சென்டிமீட்டர்|சென்டிமீட்டர்கள்;day=நாட்கள்|நாள்;g=g|கிராம்|கிராம்கள்;hour=ம|மணிநேரம்;kg=kg|கிலோகிராம்|கிலோகிராம்கள்;km=km|கிலோமீட்டர்|கிலோமீட்டர்கள்;l=l|லிட்டர்|லிட்டர்கள்;m=m|மீட்டர்|மீட்டர்கள்;minute=நிமி|நிமிடங்கள்|நிமிடம்;ml=ml|மில்லிலிட்டர்|மில்லிலிட்டர்கள்;mm=mm|மில்லிமீட்டர்|மில்லிமீட்டர்கள்;month=மாத|மாதங்கள்|மாதம்;week=வார|வாரங்கள்|வாரம்;yd=yd|கெஜம்;year=ஆண்டு|ஆண்டுகள்
ta currencies EUR=யூரோ|யூரோக்கள்
te weekdays 0=సోమ|సోమవారం;1=మంగళ|మంగళవారం;2=బుధ|బుధవారం;3=గురు|గురువారం;4=శుక్ర|శుక్రవారం;5=శని|శనివారం;6=ఆది|ఆదివారం
te months 1=జన|జనవరి;10=అక్టో|అక్టోబర్;11=నవం|నవంబర్;12=డిసెం|డిసెంబర్;2=ఫిబ్ర|ఫిబ్రవరి;3=మార్చి;4=ఏప్రి|ఏప్రిల్;5=మే;6=జూన్;7=జులై;8=ఆగ|ఆగస్టు;9=సెప్టెం|సెప్టెంబర్
te periods am=am;pm=pm
te units cm=సెంటీమీటరు|సెంటీమీటర్లు|సెంమీ;day=రోజు|రోజులు;g=గ్రా|గ్రాము|గ్రాములు;hour=గం|గంట|గంటలు;kg=కిగ్రా|కిలోగ్రాము|కిలోగ్రాములు;km=కిమీ|కిలోమీటరు|కిలోమీటర్లు;l=లీ|లీటరు|లీటర్లు;m=మీ|మీటరు|మీటర్లు;minute=నిమి|నిమిషం|నిమిషాలు;ml=మిలీ|మిల్లీలీటరు|మిల్లీలీటర్లు;mm=మిమీ|మిల్లీమీటరు|మిల్లీమీటర్లు;month=నె|నెల|నెలలు;week=వా|వారం|వారాలు;yd=గ|గజం|గజాలు;year=సం|సంవత్సరం|సంవత్సరాలు
te currencies EUR=యూరో|యూరోలు
te numbers 10=పది;100=ఒకటి వంద;11=పదకొండు;12=పన్నెండు;13=పదమూడు;14=పధ్నాలుగు;15=పదునయిదు;16=పదహారు;17=పదిహేడు;18=పధ్ధెనిమిది;19=పందొమ్మిది;2=రెండు;20=ఇరవై;21=ఇరవై ఒకటి;22=ఇరవై రెండు;23=ఇరవై మూడు;24=ఇరవై నాలుగు;25=ఇరవై అయిదు;26=ఇరవై ఆరు;27=ఇరవై ఏడు;28=ఇరవై ఎనిమిది;29=ఇరవై తొమ్మిది;3=మూడు;30=ముప్పై;31=ముప్పై ఒకటి;4=నాలుగు;40=నలభై;5=అయిదు;50=యాభై;6=ఆరు;60=అరవై;7=ఏడు;70=డెబ్బై;8=ఎనిమిది;80=ఎనభై;9=తొమ్మిది;90=తొంభై
th weekdays 0=จันทร์|วันจันทร์;1=วันอังคาร|อังคาร;2=พุธ|วันพุธ;3=พฤหัส|วันพฤหัสบดี;4=วันศุกร์|ศุกร์;5=วันเสาร์|เสาร์;6=วันอาทิตย์|อาทิตย์
th months 1=มกราคม|มค;10=ตค|ตุลาคม;11=พย|พฤศจิกายน;12=ธค|ธันวาคม;2=กพ|กุมภาพันธ์;3=มีค|มีนาคม;4=เมย|เมษายน;5=พค|พฤษภาคม;6=มิถุนายน|มิย;7=กค|กรกฎาคม;8=สค|สิงหาคม;9=กย|กันยายน
th periods am=am|ก่อนเที่ยง|ในตอนเช้า;pm=pm|กลางคืน|ค่ำ|บ่าย|หลังเที่ยง|ในตอนบ่าย|ในตอนเย็น
th units cm=ซม|เซนติเมตร;day=วัน;g=ก|กรัม;hour=ชม|ชั่วโมง;kg=กก|กิโลกรัม;km=กม|กิโลเมตร;l=ล|ลิตร;m=ม|เมตร;minute=นาที;ml=มล|มิลลิลิตร;mm=มม|มิลลิเมตร;month=เดือน;week=สัปดาห์;yd=หลา;year=ปี
th currencies $=ดอลลาร;AED=เดอร์แฮมสหรัฐอาหรับเอมิเรตส์;ARS=เปโซอาร์เจนตินา;AUD=ดอลลาร์ออสเตรเลีย;BGN=เลฟบัลแกเรีย;BRL=เรียลบราซิล;CAD=ดอลลาร์แคนาดา;CHF=ฟรังก์สวิส;CLP=เปโซชิลี;CNY=หยวนจีน;COP=เปโซโคลอมเบีย;CZK=โครูนาสาธารณรัฐเช็ก;DKK=โครนเดนมาร์ก;EGP=ปอนด์อียิปต์;EUR=ยูโร;HKD=ดอลลาร์ฮ่องกง;HUF=ฟอรินต์ฮังการี;IDR=รูเปียห์อินโดนีเซีย;ILS=นิวเชเกลอิสราเอล;INR=รูปีอินเดีย;ISK=โครนาไอซ์แลนด์;JPY=เยนญี่ปุ่น;KES=ชิลลิงเคนยา;KRW=วอนเกาหลีใต้;MAD=ดีแรห์มโมร็อกโก;MXN=เปโซเม็กซิโก;MYR=ริงกิตมาเลเซีย;NGN=ไนราไนจีเรีย;NOK=โครนนอร์เวย์;NZD=ดอลลาร์นิวซีแลนด์;PEN=ซอลเปรู;PHP=เปโซฟิลิปปินส์;PLN=ซลอตีโปแลนด์;RON=ลิวโรมาเนีย;RUB=รูเบิลรัสเซีย;SAR=ริยัลซาอุดีอาระเบีย;SEK=โครนาสวีเดน;SGD=ดอลลาร์สิงคโปร์;THB=บาท|บาทไทย;TRY=ลีราตุรกี;UAH=ฮรีฟเนียยูเครน;USD=ดอลลาร์สหรัฐ;VND=ดองเวียดนาม;ZAR=แรนด์แอฟริกาใต้;dinar=นาร
th numbers 10=สิบ;100=หนึ่งร้อย;11=สิบเอ็ด;12=สิบสอง;13=สิบสาม;14=สิบสี่;15=สิบห้า;16=สิบหก;17=สิบเจ็ด;18=สิบแปด;19=สิบเก้า;2=สอง;20=ยี่สิบ;21=ยี่สิบเอ็ด;22=ยี่สิบสอง;23=ยี่สิบสาม;24=ยี่สิบสี่;25=ยี่สิบห้า;26=ยี่สิบหก;27=ยี่สิบเจ็ด;28=ยี่สิบแปด;29=ยี่สิบเก้า;3=สาม;30=สามสิบ;31=สามสิบเอ็ด;4=สี่;40=สี่สิบ;5=ห้า;50=ห้าสิบ;6=หก;60=หกสิบ;7=เจ็ด;70=เจ็ดสิบ;8=แปด;80=แปดสิบ;9=เก้า;90=เก้าสิบ
tr weekdays 0=pazartesi|pzt;1=sal|salı;2=çar|çarşamba;3=per|perşembe;4=cum|cuma;5=cmt|cumartesi;6=paz|pazar
tr months 1=oca|ocak;10=eki|ekim;11=kas|kasım;12=ara|aralık;2=şub|şubat;3=mar|mart;4=nis|nisan;5=may|mayıs;6=haz|haziran;7=tem|temmuz;8=ağu|ağustos;9=eyl|eylül
tr periods am=öö;pm=ös
tr units cm=cm|santimetre;day=gün;g=g|gram;hour=sa|saat;kg=kg|kilogram;km=kilometre|km;l=l|litre;m=m|metre;minute=dakika|dk;ml=mililitre|ml;mm=milimetre|mm;month=ay;week=hafta|hf;yd=yarda|yd;year=yıl
tr currencies $=doları;EUR=euro;dinar=dinarı;dirham=dirhemi;kr=kronu;peso=pesosu;riyal=riyali;rupee=rupisi
tr numbers 10=on;100=yüz;11=onbir;12=oniki;13=onüç;14=ondört;15=onbeş;16=onaltı;17=onyedi;18=onsekiz;19=ondokuz;2=iki;20=yirmi;21=yirmibir;22=yirmiiki;23=yirmiüç;24=yirmidört;25=yirmibeş;26=yirmialtı;27=yirmiyedi;28=yirmisekiz;29=yirmidokuz;3=üç;30=otuz;31=otuzbir;4=dört;40=kırk;5=beş;50=elli;6=altı;60=altmış;7=yedi;70=yetmiş;8=sekiz;80=seksen;9=dokuz;90=doksan
uk weekdays 0=пн|понеділок;1=вт|вівторок;2=середа|ср;3=четвер|чт;4=пʼятниця|пт;5=сб|субота;6=нд|неділя
uk months 1=січ|січень|січня;10=жовт|жовтень|жовтня;11=лист|листопад|листопада;12=груд|грудень|грудня;2=лют|лютий|лютого;3=бер|березень|березня;4=квіт|квітень|квітня;5=трав|травень|травня;6=черв|червень|червня;7=лип|липень|липня;8=серп|серпень|серпня;9=вер|вересень|вересня
uk periods am=дп;pm=пп
uk units cm=сантиметр|сантиметра|сантиметри|сантиметрів|см;day=день|дн|дня|дні|днів;g=г|грам|грама|грами|грамів;hour=год|годин|година|години;kg=кг|кілограм|кілограма|кілограми|кілограмів;km=км|кілометр|кілометра|кілометри|кілометрів;l=л|літр|літра|літри|літрів;m=м|метр|метра|метри|метрів;minute=хв|хвилин|хвилина|хвилини;ml=мл|мілілітр|мілілітра|мілілітри|мілілітрів;mm=мм|міліметр|міліметра|міліметри|міліметрів;month=міс|місяць|місяця|місяці|місяців;week=тиж|тиждень|тижня|тижні|тижнів;yd=ярд|ярда|ярди|ярдів;year=р|роки|року|років|рік
uk currencies $=долар|долара|долари|доларів;EUR=євро;dinar=динар|динара|динари|динарів;dirham=дирхам|дирхама|дирхами|дирхамів;kr=крон|крона|крони;peso=песо;riyal=ріал|ріала|ріали|ріалів;rupee=рупій|рупія|рупії
uk numbers 10=десять;100=сто;11=одинадцять;12=дванадцять;13=тринадцять;14=чотирнадцять;15=п'ятнадцять;16=шістнадцять;17=сімнадцять;18=вісімнадцять;19=дев'ятнадцять;2=два;20=двадцять;21=двадцять один;22=двадцять два;23=двадцять три;24=двадцять чотири;25=двадцять п'ять;26=двадцять шість;27=двадцять сім;28=двадцять вісім;29=двадцять дев'ять;3=три;30=тридцять;31=тридцять один;4=чотири;40=сорок;5=п'ять;50=п'ятдесят;6=шість;60=шістдесят;7=сім;70=сімдесят;8=вісім;80=вісімдесят;9=дев'ять;90=дев'яносто
ur weekdays 0=پیر;1=منگل;2=بدھ;3=جمعرات;4=جمعہ;5=ہفتہ;6=اتوار
ur months 1=جنوری;10=اکتوبر;11=نومبر;12=دسمبر;2=فروری;3=مارچ;4=اپریل;5=مئی;6=جون;7=جولائی;8=اگست;9=ستمبر
ur periods am=am|صبح میں;pm=pm|دوپہر میں|رات میں|سہ پہر|شام میں
ur units cm=سینٹی میٹر;day=دن;g=g|گرام;hour=گھنٹہ|گھنٹے;kg=kg|کلو گرام;km=کلو میٹر;l=لیٹر;m=میٹر;minute=منٹ;ml=ml|ملی لیٹر;mm=ملی میٹر;month=مہینہ|مہینے;week=ہفتہ|ہفتے;yd=یارڈ;year=سال
ur currencies $=ڈالر;EUR=یورو;dinar=دینار;dirham=درہم;peso=پیسو;riyal=ریال;rupee=روپیہ
uz weekdays 0=dush|dushanba;1=sesh|seshanba;2=chor|chorshanba;3=pay|payshanba;4=jum|juma;5=shan|shanba;6=yak|yakshanba
uz months 1=yan|yanvar;10=okt|oktabr;11=noy|noyabr;12=dek|dekabr;2=fev|fevral;3=mar|mart;4=apr|aprel;5=may;6=iyn|iyun;7=iyl|iyul;8=avg|avgust;9=sen|sentabr
uz periods am=to;pm=tk
uz units cm=santimetr|sm;day=kun;g=g|gramm;hour=soat;kg=kg|kilogramm;km=kilometr|km;l=l|litr;m=m|metr;minute=daq|daqiqa;ml=millilitr|ml;mm=millimetr|mm;month=oy;week=hafta;yd=yard;year=yil
uz currencies $=dollari;EUR=yevro;dinar=dinori;dirham=dirhami;kr=kronasi;peso=pesosi;riyal=riyoli;rupee=rupiyasi
vi weekdays 0=thứ 2|thứ hai;1=thứ 3|thứ ba;2=thứ 4|thứ tư;3=thứ 5|thứ năm;4=thứ 6|thứ sáu;5=thứ 7|thứ bảy;6=chủ nhật|cn
vi months 1=thg 1|tháng 1;10=thg 10|tháng 10;11=thg 11|tháng 11;12=thg 12|tháng 12;2=thg 2|tháng 2;3=thg 3|tháng 3;4=thg 4|tháng 4;5=thg 5|tháng 5;6=thg 6|tháng 6;7=thg 7|tháng 7;8=thg 8|tháng 8;9=thg 9|tháng 9
vi periods am=sa|sáng;pm=ch|chiều|tối|đêm
vi units cm=cm|xentimét;day=ngày;g=g|gam;hour=tiếng;kg=kg|kilôgam;km=kilômét|km;l=l|lít;m=m|mét;minute=phút;ml=mililít|ml;mm=milimét|mm;month=tháng;week=tuần;yd=yard|yd;year=năm
vi currencies EUR=euro;dinar=dinar;dirham=dirham;peso=peso;rupee=rupee
vi numbers 10=mười;100=một trăm;11=mười một;12=mười hai;13=mười ba;14=mười bốn;15=mười lăm;16=mười sáu;17=mười bảy;18=mười tám;19=mười chín;2=hai;20=hai mươi;21=hai mươi mốt;22=hai mươi hai;23=hai mươi ba;24=hai mươi bốn;25=hai mươi lăm;26=hai mươi sáu;27=hai mươi bảy;28=hai mươi tám;29=hai mươi chín;3=ba;30=ba mươi;31=ba mươi mốt;4=bốn;40=bốn mươi;5=năm;50=năm mươi;6=sáu;60=sáu mươi;7=bảy;70=bảy mươi;8=tám;80=tám mươi;9=chín;90=chín mươi
zh weekdays 0=周一|星期一;1=周二|星期二;2=周三|星期三;3=周四|星期四;4=周五|星期五;5=周六|星期六;6=周日|星期日
zh months 1=1月|一月;10=10月|十月;11=11月|十一月;12=12月|十二月;2=2月|二月;3=3月|三月;4=4月|四月;5=5月|五月;6=6月|六月;7=7月|七月;8=8月|八月;9=9月|九月
zh periods am=上午|清晨;pm=下午|中午|凌晨|晚上
zh units cm=厘米;day=天;g=g|克;hour=小时;kg=kg|千克;km=公里;l=升;m=米;minute=分钟;ml=毫升;mm=毫米;month=个月;week=周;yd=码;year=年
zh currencies AED=阿联酋迪拉姆;ARS=阿根廷比索;AUD=澳大利亚元;BGN=保加利亚列弗;BRL=巴西雷亚尔;CAD=加拿大元;CHF=瑞士法郎;CLP=智利比索;CNY=人民币;COP=哥伦比亚比索;CZK=捷克克朗;DKK=丹麦克朗;EGP=埃及镑;EUR=欧元;GBP=英镑;HKD=港元;HUF=匈牙利福林;IDR=印度尼西亚卢比;ILS=以色列新谢克尔;INR=印度卢比;ISK=冰岛克朗;JPY=日元;KES=肯尼亚先令;KRW=韩元;MAD=摩洛哥迪拉姆;MXN=墨西哥比索;MYR=马来西亚林吉特;NGN=尼日利亚奈拉;NOK=挪威克朗;NZD=新西兰元;PEN=秘鲁索尔;PHP=菲律宾比索;PLN=波兰兹罗提;RON=罗马尼亚列伊;RUB=俄罗斯卢布;SAR=沙特里亚尔;SEK=瑞典克朗;SGD=新加坡元;THB=泰铢;TRY=土耳其里拉;UAH=乌克兰格里夫纳;USD=美元;VND=越南盾;ZAR=南非兰特
"""
