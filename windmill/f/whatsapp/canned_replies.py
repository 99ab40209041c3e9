"""The platform's words to customers, by situation and language, in one place. A chatbot's own (its setting `canned_replies`) win over them."""

from __future__ import annotations

from typing import Any

from f.agent.language import in_language

CANNED_REPLIES: dict[str, dict[str, str]] = {
    "not_understood": {
        "en": "I can't read this kind of message. Could you write it in words, please?",
        "es": "No puedo leer este tipo de mensaje. ¿Podría escribirlo con palabras?",
        "de": "Diese Art von Nachricht kann ich nicht lesen. Können Sie es bitte in Worten schreiben?",
        "fr": "Je ne peux pas lire ce type de message. Pourriez-vous l'écrire avec des mots ?",
        "it": "Non riesco a leggere questo tipo di messaggio. Potrebbe scriverlo a parole?",
        "pt": "Não consigo ler este tipo de mensagem. Poderia escrevê-la por palavras?",
        "nl": "Dit soort bericht kan ik niet lezen. Kunt u het in woorden schrijven?",
        "ca": "No puc llegir aquest tipus de missatge. El podria escriure amb paraules?",
    },
    "cannot_see": {
        "en": "I can't look at pictures here. Could you tell me in words what you need?",
        "es": "Aquí no puedo ver imágenes. ¿Podría contarme con palabras qué necesita?",
        "de": "Bilder kann ich hier nicht ansehen. Können Sie mir in Worten sagen, worum es geht?",
        "fr": "Je ne peux pas regarder d'images ici. Pourriez-vous me dire avec des mots ce qu'il vous faut ?",
        "it": "Qui non posso guardare immagini. Potrebbe dirmi a parole di che cosa ha bisogno?",
        "pt": "Aqui não consigo ver imagens. Poderia dizer-me por palavras do que precisa?",
        "nl": "Afbeeldingen kan ik hier niet bekijken. Kunt u in woorden zeggen waar het om gaat?",
        "ca": "Aquí no puc veure imatges. Em podria dir amb paraules què necessita?",
    },
    "cannot_hear": {
        "en": "I couldn't understand your voice note. Could you write it, please?",
        "es": "No he podido entender su nota de voz. ¿Podría escribirlo?",
        "de": "Ihre Sprachnachricht konnte ich nicht verstehen. Können Sie es bitte schreiben?",
        "fr": "Je n'ai pas pu comprendre votre message vocal. Pourriez-vous l'écrire ?",
        "it": "Non sono riuscito a capire il messaggio vocale. Potrebbe scriverlo?",
        "pt": "Não consegui perceber a mensagem de voz. Poderia escrevê-la?",
        "nl": "Uw spraakbericht kon ik niet verstaan. Kunt u het opschrijven?",
        "ca": "No he pogut entendre la seva nota de veu. La podria escriure?",
    },
    "cannot_watch": {
        "en": "I can't watch videos. Could you tell me in words what you need?",
        "es": "No puedo ver vídeos. ¿Podría contarme con palabras qué necesita?",
        "de": "Videos kann ich nicht ansehen. Können Sie mir in Worten sagen, worum es geht?",
        "fr": "Je ne peux pas regarder de vidéos. Pourriez-vous me dire avec des mots ce qu'il vous faut ?",
        "it": "Non posso guardare video. Potrebbe dirmi a parole di che cosa ha bisogno?",
        "pt": "Não consigo ver vídeos. Poderia dizer-me por palavras do que precisa?",
        "nl": "Video's kan ik niet bekijken. Kunt u in woorden zeggen waar het om gaat?",
        "ca": "No puc veure vídeos. Em podria dir amb paraules què necessita?",
    },
    "cannot_open": {
        "en": "I couldn't read this file. I can read PDF and text files.",
        "es": "No he podido leer este archivo. Puedo leer PDF y archivos de texto.",
        "de": "Diese Datei konnte ich nicht lesen. Lesen kann ich PDF- und Textdateien.",
        "fr": "Je n'ai pas pu lire ce fichier. Je peux lire les PDF et les fichiers texte.",
        "it": "Non sono riuscito a leggere questo file. Posso leggere PDF e file di testo.",
        "pt": "Não consegui ler este ficheiro. Consigo ler PDF e ficheiros de texto.",
        "nl": "Dit bestand kon ik niet lezen. Ik kan pdf- en tekstbestanden lezen.",
        "ca": "No he pogut llegir aquest fitxer. Puc llegir PDF i fitxers de text.",
    },
    "too_large": {
        "en": "This file is too large for me. Could you send a smaller one?",
        "es": "Este archivo es demasiado grande para mí. ¿Podría enviar uno más pequeño?",
        "de": "Diese Datei ist mir zu groß. Können Sie eine kleinere schicken?",
        "fr": "Ce fichier est trop volumineux pour moi. Pourriez-vous en envoyer un plus petit ?",
        "it": "Questo file è troppo grande per me. Potrebbe inviarne uno più piccolo?",
        "pt": "Este ficheiro é demasiado grande para mim. Poderia enviar um mais pequeno?",
        "nl": "Dit bestand is te groot voor mij. Kunt u een kleiner bestand sturen?",
        "ca": "Aquest fitxer és massa gran per a mi. En podria enviar un de més petit?",
    },
    "welcome_back": {
        "en": "Welcome back! We write to you again.",
        "es": "¡Bienvenido de nuevo! Volvemos a escribirle.",
        "de": "Willkommen zurück! Wir schreiben Ihnen wieder.",
        "fr": "Bon retour parmi nous ! Nous vous écrivons de nouveau.",
        "it": "Bentornato! Torniamo a scriverle.",
        "pt": "Bem-vindo de volta! Voltamos a escrever-lhe.",
        "nl": "Welkom terug! We schrijven u weer.",
        "ca": "Benvingut de nou! Tornem a escriure-li.",
    },
    "not_sure": {
        "en": "I'm not sure about that, and I'd rather not tell you something wrong.",
        "es": "No estoy seguro de eso y prefiero no decirle algo equivocado.",
        "de": "Da bin ich mir nicht sicher, und ich möchte Ihnen nichts Falsches sagen.",
        "fr": "Je n'en suis pas certain et je préfère ne pas vous donner une information fausse.",
        "it": "Non ne sono sicuro e preferisco non darle un'informazione sbagliata.",
        "pt": "Não tenho a certeza e prefiro não lhe dar uma informação errada.",
        "nl": "Dat weet ik niet zeker, en ik wil u niets verkeerds vertellen.",
        "ca": "No n'estic segur i prefereixo no dir-li una cosa equivocada.",
    },
    # A tool's call for which a colleague is asked first, and what became of it. "agreed" stands before the others.
    "approval_asked": {
        "en": "I am checking this with a colleague, and I will write to you here as soon as I know.",
        "es": "Lo estoy consultando con una persona del equipo y le escribiré aquí en cuanto lo sepa.",
        "de": "Ich kläre das gerade mit jemandem aus dem Team und schreibe Ihnen hier, sobald ich es weiß.",
        "fr": "Je vérifie cela avec un collègue et je vous écris ici dès que je le sais.",
        "it": "Sto verificando con un collega e le scrivo qui appena lo so.",
        "pt": "Estou a confirmar isso com um colega e escrevo-lhe aqui assim que souber.",
        "nl": "Ik vraag dit na bij een collega en schrijf u hier zodra ik het weet.",
        "ca": "Ho estic consultant amb una persona de l'equip i li escriuré aquí així que ho sàpiga.",
    },
    "approval_agreed": {
        "en": "My colleague has agreed.",
        "es": "La persona del equipo ha dado su visto bueno.",
        "de": "Das Team hat zugestimmt.",
        "fr": "Mon collègue a donné son accord.",
        "it": "Il collega ha dato il suo consenso.",
        "pt": "O meu colega concordou.",
        "nl": "Mijn collega is akkoord.",
        "ca": "La persona de l'equip hi està d'acord.",
    },
    "approval_done": {
        "en": "It is done.",
        "es": "Ya está hecho.",
        "de": "Es ist erledigt.",
        "fr": "C'est fait.",
        "it": "È fatto.",
        "pt": "Está feito.",
        "nl": "Het is gebeurd.",
        "ca": "Ja està fet.",
    },
    "approval_failed": {
        "en": "But it could not be done. A colleague will look at it.",
        "es": "Pero no se ha podido hacer. Una persona del equipo lo revisará.",
        "de": "Es hat aber nicht geklappt. Jemand aus dem Team sieht es sich an.",
        "fr": "Mais cela n'a pas pu être fait. Un collègue va s'en occuper.",
        "it": "Ma non è stato possibile farlo. Un collega se ne occuperà.",
        "pt": "Mas não foi possível fazê-lo. Um colega vai ver o que se passa.",
        "nl": "Maar het is niet gelukt. Een collega kijkt ernaar.",
        "ca": "Però no s'ha pogut fer. Una persona de l'equip ho revisarà.",
    },
    "approval_unsure": {
        "en": "But I can't say whether it was done. A colleague will look at it.",
        "es": "Pero no puedo decirle si se ha hecho. Una persona del equipo lo revisará.",
        "de": "Ich kann aber nicht sagen, ob es ausgeführt wurde. Jemand aus dem Team sieht es sich an.",
        "fr": "Mais je ne peux pas dire si cela a été fait. Un collègue va vérifier.",
        "it": "Ma non posso dire se è stato fatto. Un collega lo verificherà.",
        "pt": "Mas não consigo dizer se foi feito. Um colega vai verificar.",
        "nl": "Maar ik kan niet zeggen of het is uitgevoerd. Een collega kijkt het na.",
        "ca": "Però no li puc dir si s'ha fet. Una persona de l'equip ho revisarà.",
    },
    "approval_declined": {
        "en": "I have checked with a colleague: we can't do this. Nothing was changed.",
        "es": "Lo he consultado con una persona del equipo: no podemos hacerlo. No se ha cambiado nada.",
        "de": "Ich habe im Team nachgefragt: Das können wir nicht machen. Es wurde nichts geändert.",
        "fr": "J'ai vérifié avec un collègue : nous ne pouvons pas le faire. Rien n'a été changé.",
        "it": "Ho verificato con un collega: non possiamo farlo. Non è stato cambiato nulla.",
        "pt": "Confirmei com um colega: não o podemos fazer. Nada foi alterado.",
        "nl": "Ik heb het bij een collega nagevraagd: dit kunnen we niet doen. Er is niets gewijzigd.",
        "ca": "Ho he consultat amb una persona de l'equip: no ho podem fer. No s'ha canviat res.",
    },
    "approval_expired": {
        "en": "I could not reach a colleague in time, so nothing was done. Please write again if you still want it.",
        "es": "No he podido consultarlo a tiempo con el equipo, así que no se ha hecho nada. Escríbanos de nuevo si todavía lo desea.",
        "de": "Ich habe im Team niemanden rechtzeitig erreicht; es wurde nichts gemacht. Bitte schreiben Sie noch einmal, wenn Sie es möchten.",
        "fr": "Je n'ai pas pu joindre un collègue à temps, rien n'a donc été fait. Écrivez-nous de nouveau si vous le souhaitez toujours.",
        "it": "Non sono riuscito a sentire un collega in tempo, quindi non è stato fatto nulla. Ci riscriva se lo desidera ancora.",
        "pt": "Não consegui falar com um colega a tempo, por isso nada foi feito. Escreva-nos de novo se ainda o desejar.",
        "nl": "Ik kon geen collega op tijd bereiken; er is dus niets gedaan. Schrijf ons opnieuw als u het nog wilt.",
        "ca": "No he pogut consultar-ho a temps amb l'equip i no s'ha fet res. Torni'ns a escriure si encara ho vol.",
    },
    # What opens a list of choices: at most 20 characters.
    "choose": {
        "en": "Choose",
        "es": "Elegir",
        "de": "Auswählen",
        "fr": "Choisir",
        "it": "Scegli",
        "pt": "Escolher",
        "nl": "Kiezen",
        "ca": "Tria",
    },
}


def canned_reply(context: Any, own_words: dict[str, Any] | None, situation: str) -> str:
    """The words for a situation in the customer's language: the chatbot's own, else the platform's."""
    own = (own_words or {}).get(situation)
    written = {language: words for language, words in own.items() if words} if isinstance(own, dict) else {}
    return in_language(context, {**CANNED_REPLIES[situation], **written})
