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
    "rating_question": {
        "en": "How did we do? Your answer helps us.",
        "es": "¿Qué tal lo hemos hecho? Su respuesta nos ayuda.",
        "de": "Wie waren Sie mit uns zufrieden? Ihre Antwort hilft uns.",
        "fr": "Êtes-vous satisfait de notre aide ? Votre réponse nous est utile.",
        "it": "Come ci siamo comportati? La sua risposta ci aiuta.",
        "pt": "Como correu o nosso atendimento? A sua resposta ajuda-nos.",
        "nl": "Hoe hebben wij het gedaan? Uw antwoord helpt ons.",
        "ca": "Com ho hem fet? La seva resposta ens ajuda.",
    },
    "rating_thanks": {
        "en": "Thank you for your answer!",
        "es": "¡Gracias por su respuesta!",
        "de": "Vielen Dank für Ihre Antwort!",
        "fr": "Merci pour votre réponse !",
        "it": "Grazie per la sua risposta!",
        "pt": "Obrigado pela sua resposta!",
        "nl": "Bedankt voor uw antwoord!",
        "ca": "Gràcies per la seva resposta!",
    },
    # The buttons of a rating: at most 20 characters each.
    "rating_good": {
        "en": "😀 Good",
        "es": "😀 Bien",
        "de": "😀 Gut",
        "fr": "😀 Bien",
        "it": "😀 Bene",
        "pt": "😀 Bem",
        "nl": "😀 Goed",
        "ca": "😀 Bé",
    },
    "rating_fair": {
        "en": "😐 So-so",
        "es": "😐 Regular",
        "de": "😐 Mittelmäßig",
        "fr": "😐 Moyen",
        "it": "😐 Così così",
        "pt": "😐 Mais ou menos",
        "nl": "😐 Redelijk",
        "ca": "😐 Regular",
    },
    "rating_bad": {
        "en": "🙁 Not good",
        "es": "🙁 Mal",
        "de": "🙁 Schlecht",
        "fr": "🙁 Mauvais",
        "it": "🙁 Male",
        "pt": "🙁 Mal",
        "nl": "🙁 Slecht",
        "ca": "🙁 Malament",
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
