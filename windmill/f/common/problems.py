"""What goes wrong, as a code with values. It becomes a sentence only where somebody reads it.

The portal renders a code in the reader's language. Operators, logs and the results of runs get the English of ENGLISH below, which is the
only place of these sentences: windmill/deploy/portal_texts.py makes the portal's English (text/en/messages.ts) of it. Placeholders:
`{field}` is the name of a setting and `{fields}` a list of them (the portal shows their labels), `{problem}` and `{kind}` are codes with
values themselves, or what somebody else's program said.
"""

from __future__ import annotations

import re
from typing import Any, Self, TypedDict


class Message(TypedDict):
    """A code of ENGLISH and the values of its placeholders: numbers, strings, messages, or lists of them."""

    code: str
    values: dict[str, Any]


def message(code: str, /, **values: Any) -> Message:
    return Message(code=code, values=values)


class Problem(Exception):
    """An error whose message is a code with values. str() gives the English sentence."""

    def __init__(self, code: str, /, **values: Any) -> None:
        super().__init__(code)
        self.message = message(code, **values)

    @classmethod
    def of(cls, received: Message) -> Self:
        """The error with a message that another process or the database has made."""
        return cls(received["code"], **received["values"])

    @property
    def code(self) -> str:
        return self.message["code"]

    def __str__(self) -> str:
        return english(self.message)


def describe(error: BaseException) -> Message | str:
    """A problem's message; of any other error its own words."""
    return error.message if isinstance(error, Problem) else (str(error) or type(error).__name__)[:300]


def is_message(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"code", "values"}


def english(value: Any) -> str:
    """A message as an English sentence; other values as English writes them."""
    if is_message(value):
        text = ENGLISH.get(value["code"], value["code"])
        return _GAP.sub(lambda gap: english(value["values"].get(gap[1], "")), text)
    if isinstance(value, list):
        return ", ".join(english(each) for each in value)
    if isinstance(value, int | float):
        return f"{value:,.15g}"
    return str(value)


_GAP = re.compile(r"\{(\w+)\}")

ENGLISH = {
    # Who is asking, and for what
    "bad_request": "The portal's page did not send this request, or the page is out of date: reload it.",
    "no_identity": "Sign in to the portal first: this call does not say who you are.",
    "not_a_member": "You are not a member of this business. Ask its owner to add you.",
    "no_business": "{email} is not a member of any business here. Ask the owner of your business to add you.",
    "choose_business": "You are a member of several businesses. Choose one of them.",
    "role": "Your role does not allow this. Ask the owner of your business.",
    "operators_only": "Only operators of the platform can do this.",
    "not_found": "This no longer exists.",
    "no_door": "The platform's operator has set up no door for people without an account: PORTAL_URL.",
    "unavailable": "The portal can't reach its database at the moment. Try again in a minute.",
    # Fields and settings
    "settings_changed": "{person} has changed this meanwhile. Look at what stands there now, then save again.",
    "nothing_to_save": "There is nothing to save.",
    "draft_changed": "{person} has changed this meanwhile: {fields}. Look at it again.",
    "draft_empty": "Everything is live already: there is no draft.",
    "draft_unfit": "The draft no longer fits: {problem} Change or discard that setting.",
    "version_unknown": "There is no version {number}.",
    "version_tools_gone": "Version {number} offers tools that your business no longer has: {tools}. Nothing was restored.",
    "tools_gone": "Your business no longer has these tools: {tools}.",
    "tools_owners": "Only an owner may change which tools the bot offers and when a person must agree.",
    "version_unfit": "Version {number} no longer fits: {problem} Restore it as a draft: that leaves out what does not fit.",
    "share_choice": "Choose 5, 10, 25 or 50 % of the customers, and a bound from 1 to 100 points.",
    "share_running": "A share of the customers has version {number} already. Publish it for all or take it back first.",
    "share_raise": "A share can only be raised. Take it back to give it to fewer customers.",
    "share_changed": "{person} has changed the share meanwhile. Look at it again.",
    "share_ended": "The share of version {number} has ended meanwhile. Look at the bot again.",
    "share_worse": "{measure}: {bad} of {turns} with this version, {others_bad} of {others_turns} with what is live.",
    "share_handed_off": "Answers that ended with a person",
    "share_unanswered": "Answers that the bot did not know",
    "share_failed": "Answers that failed",
    "share_disliked": "Answers that got a thumb down",
    "operators_setting": "Only the platform's operator can change “{field}”.",
    "text_too_long": "“{field}” must be a text of at most {most} characters.",
    "setting_unknown": "There is no setting “{field}”.",
    "switch_invalid": "“{field}” must be on or off.",
    "models_invalid": "“{field}” must be a list of models.",
    "number_out_of_range": "“{field}” must be between {least} and {most}.",
    "whole_number_out_of_range": "“{field}” must be a whole number from {least} to {most}.",
    "not_a_whole_number": "“{field}” must be a whole number, 0 or more.",
    "list_too_long": "“{field}” must be a list of at most {most} entries.",
    "text_missing": "Write “{field}” in at least one language.",
    "name_missing": "The chatbot needs a name.",
    "languages_invalid": "Write languages as codes, such as en, es or pt-BR.",
    "time_zone_unknown": "This time zone does not exist.",
    "reply_unknown": "There is no such reply.",
    "row_incomplete": "“{field}”, row {row}: fill in what is empty, or remove the row.",
    "row_value": "“{field}”, row {row}: “{value}” does not fit. Addresses begin with https://, telephone numbers with +, IDs are digits.",
    "row_repeated": "“{field}”, row {row}: “{value}” stands in another row already.",
    "title_long": "“{field}”: words on a button have at most {most} characters.",
    "template_name": "A template's name has only lower-case letters, digits and _, as Meta shows it.",
    "template_language": "A template's language is a code such as en, en_US or pt_BR.",
    "webhook_address": "The address for notifications must begin with https://.",
    "phone_number": "Write the phone number with its country code, such as +34 600 111 222.",
    "person_to_tell": "“{person}” is neither a phone number with its country code nor an e-mail address.",
    "choice_invalid": "“{field}” must be one of: {choices}.",
    "outside_hours": "Outside opening hours the bot either answers or says that you are closed.",
    "opening_days": "Opening hours are given for the days mon to sun.",
    "opening_hours": "Write opening hours as 09:00 to 18:00.",
    "date": "Write dates as 2026-12-25.",
    "tool_invalid": "A tool needs a name of lower-case letters, digits and _, and an address that begins with https://.",
    "tool_without_name": "Tool {place} of the server's list has no name. The bot can't call it.",
    "tool_schema": "The server describes the parameters of “{tool}” wrongly. The bot can't call it.",
    "tool_twice": "The server lists “{tool}” twice. The bot uses the first.",
    "tools_endless": "The server's list of tools has no end. The bot knows the first {most} tools.",
    "tools_not_listed": "The server did not list its tools: {problem}",
    "header_invalid": "“{field}” is not a header that can be sent. A name has letters, digits and -, and a value has one line.",
    "oauth_invalid": "An OAuth client needs its ID, and the address where its tokens are had or its issuer.",
    "sign_in_address": "The operator has not said where sign-ins come back to: WEBHOOK_URL, the ingress's address as the internet reaches it.",
    "sign_in_unknown": "The server does not say where to sign in. Enter the issuer that its documentation names.",
    "sign_in_resource": "The server says that its sign-ins are for {address}. Enter that address if it is the server's.",
    "sign_in_issuer": "The sign-in came from another issuer: {address}. Nothing was connected.",
    "sign_in_pkce": "The server does not say that it protects sign-ins with PKCE (S256), so nobody can sign in there safely.",
    "sign_in_client": "The server registers no clients by itself. Make one there, and enter its ID and its issuer.",
    "sign_in_registration": "The server did not register this platform as a client: HTTP {status}. Make one there, and enter its ID and its issuer.",
    "sign_in_refused": "The server did not allow the sign-in: {problem}",
    "sign_in_failed": "The sign-in could not be completed: {problem}",
    "sign_in_late": "This sign-in is over: it took more than ten minutes, or somebody has begun another one. Connect again.",
    "action_name": "The name of an action has lower-case letters, digits and _, and begins with a letter.",
    "action_description": "Describe what the action does: the bot goes by it.",
    "action_method": "An action is a GET, POST, PUT, PATCH or DELETE, with a JSON body, form fields, or no body.",
    "action_url": "Enter a whole address, such as https://shop.example/orders/1042. No parameter can stand in its host.",
    "action_place": "“{name}” stands in the request, but is not among the parameters.",
    "action_parameter": "The parameter “{name}” is not complete: it needs a name, and who fills it.",
    "action_parameter_unused": "The parameter “{name}” must stand once among the parameters, and in the request.",
    "action_path": "This is not a JSONPath: {problem}",
    "action_template": "Each value in the words stands in double braces, such as {{ $.order.status }}, and there are at most {most} of them.",
    "action_too_large": "An action has at most {most} kB.",
    "script_gone": "Windmill has no script or flow {path}, or the bot may not read it.",
    "script_folder": "{path} is not in a folder whose scripts this business may use: f/tenant_tools/shared, or its own.",
    "script_exists": "There is a tool “{name}” of a script already. Choose another name.",
    "script_problem": "This script can't be a tool: {problem}",
    "windmill_silent": "Windmill did not answer. Try again in a moment.",
    "action_exists": "There is a tool “{name}” already. Choose another name, or edit that one.",
    "action_secret": "Enter the secret “{name}”: without it the request can't be sent.",
    "import_address": "The address must begin with https:// and name a server.",
    "curl_missing": "This is not a curl command. Paste the whole line, from the word curl on.",
    "curl_unreadable": "This curl command can't be read: {problem}",
    "curl_one_address": "A curl command must have one address.",
    "curl_files": "This command sends a file. An action sends JSON or form fields.",
    "curl_json": "The body of this command is not valid JSON. Check its quotes.",
    "openapi_version": "This is not an OpenAPI 3 document. Save it as OpenAPI 3.0 or 3.1 first.",
    "openapi_unreadable": "This document is neither JSON nor YAML.",
    "openapi_too_large": "The document has more than {most} MB.",
    "openapi_fetch": "The document could not be fetched: its server {problem}",
    "openapi_status": "The document could not be fetched: its server answered with HTTP {status}.",
    "openapi_redirect": "The address sends on to another server, which is not followed: {address}. Enter that address if you trust it.",
    "openapi_page": "This address shows a web page. Look on it for the document itself, often openapi.json or openapi.yaml.",
    "openapi_server": "The document does not say where its server is. Enter its address.",
    "openapi_body": "This operation takes {kind}. An action sends JSON or form fields.",
    "openapi_reference": "The document refers to “{reference}”, which is not a part of it. Join it into one document first.",
    "approval_rule": "A rule needs a parameter and a number.",
    "approval_approved": "{person} has approved this already.",
    "approval_declined": "{person} has declined this already.",
    "approval_expired": "This request has expired. Nothing was done.",
    "approval_changed": "This is not what you were shown any more. Look at it again. Nothing was done.",
    "approval_off": "The bot is switched off, so it can't do this. Switch it on first. Nothing was done.",
    # Limits of the plan
    "plan_documents": "Your plan includes {most} documents, and all of them are used. Delete one, or ask for a larger plan.",
    "plan_storage": (
        "Your plan includes {most} MB. {used} MB are used, and this file has {size} MB."
        " Delete a document, or ask for a larger plan."
    ),
    "plan_daily_documents": (
        "Your plan allows {most} new documents a day, and today's are used up. Try again tomorrow, or ask for a larger plan."
    ),
    "plan_pages": "All pages of your plan are used. Delete a document, or ask for a larger plan.",
    "plan_pages_left": "{problem} Your plan has room for {pages} more pages.",
    "plan_month": "This month's limit of your plan is used up. Ask for a larger plan.",
    "previews_per_hour": "At most {most} previews an hour. Try again later.",
    "plan_questions": "Your plan includes {most} questions. Delete some, or ask for a larger plan.",
    "plan_sources": "Your plan includes {most} websites. Delete one, or ask for a larger plan.",
    # Files
    "upload_incomplete": "The file did not arrive complete. Upload it again.",
    "file_empty": "This file is empty. Choose another one.",
    "file_too_large": "This file has {size} MB; the limit is {most} MB. Split it into smaller files.",
    "not_an_upload": "This belongs to a website, or to your questions and answers. Delete it there.",
    "passage_changed": "This passage has changed meanwhile. Load the page again.",
    "passage_too_long": "This text is too long for one passage: {tokens} tokens; the limit is {most}. Shorten it.",
    "page_not_drawn": "There is no picture of this page.",
    "file_damaged": "This file is damaged or incomplete. Save or download it again, and upload the new file.",
    "file_unpacks": "This file unpacks to more than {most} MB. Remove pictures or split it, and upload it again.",
    "file_password": "This file is protected by a password. Save a copy without a password and upload that.",
    "file_type": (
        "This is {kind}. Supported are PDF, Word, PowerPoint, Excel, OpenDocument, RTF, EPUB, e-mail, CSV, JSON, XML, HTML,"
        " text, PNG, JPEG, GIF, WebP and HEIC. Save it as one of these and upload it again."
    ),
    "file_reading_cut": "Reading this file took too much time or memory. Save it anew, or divide it into smaller files.",
    "file_reading_failed": "This file could not be read ({detail}). Save it anew and try again.",
    "kind_old_office": "a document of an old Office program",
    "kind_zip": "a ZIP archive",
    "kind_image": "an image of a type that can't be read",
    "kind_audio": "a sound file",
    "kind_video": "a video",
    "kind_unknown": "a type of file that can't be read",
    # Documents
    "reading_failed": "Reading this document failed on our side. Upload it again; if that fails too, tell your operator.",
    "reading_stalled": (
        "Reading this document stopped several times on our side. Upload it again; if that fails too, tell your operator."
    ),
    "text_encoding": "The encoding of this text is unknown. Save it as UTF-8 and upload it again.",
    "document_empty": "This document contains no text.",
    "too_many_characters": "This document has more than {most} characters. Split it into smaller ones.",
    "too_many_pages": "This document has {pages} pages; the limit is {most}. Split it into smaller ones.",
    "more_pages_than": "This document has more than {most} pages. Split it into smaller ones.",
    "office_unusual": "No Office program writes files like this one. Open it, save it again and upload the new file.",
    "pdf_damaged": "This PDF is damaged or incomplete. Export or download it again, and upload the new file.",
    "pdf_protected": "This PDF has a protection that can't be opened. Save a copy without protection and upload that.",
    "pdf_scan": (
        "This PDF is a scan, and its writing could not be read. Upload the file that it was printed from, or type its text."
    ),
    "pdf_garbled": (
        "The letters of this PDF can't be read as text: its fonts do not say which letters they draw. Upload the file that it was made from."
    ),
    "pdf_files_inside": "This PDF holds other files, which were not read: {names}. Save them from it and upload each on its own.",
    "pdf_adobe_form": "Only Adobe's reader can show this PDF form. Print it to a new PDF there and upload that.",
    "slides_empty": "This presentation contains only pictures and no text. Upload the text as well.",
    "too_many_slides": "This presentation has {slides} slides; the limit is {most}. Split it into smaller ones.",
    "workbook_empty": (
        "This workbook contains no values. If it has formulas, open it in Excel, save it and upload it again."
    ),
    "workbook_sparse": (
        "This workbook has cells far away from its tables, or too many of them. Delete empty rows and columns, save it and upload it again."
    ),
    "table_empty": "This table contains no values.",
    "table_unreadable": "This table can't be read after line {line}. Save it as CSV again.",
    "too_many_rows": "This table has more than {most} rows. Split it into smaller files.",
    "web_page_empty": "This web page contains no text. If a script makes its text, save the page as a PDF and upload that.",
    "web_page_too_deep": (
        "This web page has more than {most} elements one inside the other. Save it as a PDF and upload that."
    ),
    "web_page_attributes": (
        "This web page has a tag with more than {most} attributes. Save it as a PDF and upload that."
    ),
    "table_too_large": "This table has too many cells. Delete empty rows and columns, or split it into smaller files.",
    "old_office": "This is an old Office document (.{ending}). Open it, save it as .{new} and upload that.",
    "book_protected": "This book is protected against copying. Upload its text in another form.",
    "mail_too_deep": "E-mails are attached to one another more than {most} times.",
    "mail_parts": "This e-mail has more than {most} parts. Save its attachments and upload them one by one.",
    "data_unreadable": "This file can't be read as {format}. Export it again and upload the new file.",
    "data_too_many": "This file has more than {most} values. Split it into smaller ones.",
    "data_too_deep": "This file has more than {most} levels one inside the other. Export it in a simpler form.",
    "xml_entities": "This XML file defines entities of its own. Export it without them and upload it again.",
    "image_damaged": "This image is damaged or incomplete. Save or download it again, and upload the new file.",
    "image_pixels": "This image has more than {most} million pixels. Save a smaller one and upload that.",
    "questions_empty": "This list contains no question with an answer.",
    "too_many_questions": "This list has {questions} questions; the limit is {most}. Split it into smaller ones.",
    # Warnings: the document was read, but not all of it
    "page_is_image": "Page {page} is an image without text.",
    "page_image_limit": "Page {page} is an image. Images are read on at most {most} pages of a document.",
    "page_image_unread": "Page {page} is an image that could not be read: {problem}",
    "page_garbled": "The letters of page {page} can't be read as text: its fonts do not say which letters they draw.",
    "page_garbled_unread": "The letters of page {page} can't be read as text, and its picture could not be read: {problem}",
    "page_text_cropped": "Page {page}: text outside the page's edges was left out.",
    "page_text_unseen": "Page {page}: text that can't be seen was left out.",
    "page_text_struck": "Page {page}: text that is struck out was left out.",
    "page_unreadable": "Page {page} could not be read.",
    "several": "{problem} {more}",
    "sheets_left_out": "Hidden sheets were left out: {names}.",
    "columns_left_out": "Hidden columns of the sheet {sheet} were left out: {names}.",
    "rows_left_out": "Hidden rows of the sheet {sheet} were left out: {names}.",
    "parts_of_sheet_left_out": "Hidden rows or columns of the sheet {sheet} were left out.",
    "slide_notes_left_out": "Speakers' notes were left out. Slides with notes: {slides}.",
    "slide_comments_left_out": "Comments on slides were left out: {comments}.",
    "slides_left_out": "Hidden slides were left out: {slides}.",
    "deleted_text_left_out": "Deleted text and comments were left out.",
    "page_parts_left_out": "Menus, cookie banners, hidden text or frames of this page were left out.",
    "formulas_without_values": (
        "Formulas of the sheet {sheet} have no value: {names}. Open the workbook in Excel, save it and upload it again."
    ),
    "attachment_unread": "The attachment {name} was left out. {problem}",
    "inner_unread": "A document inside this one could not be read. {problem}",
    "slide_is_picture": "Slide {slide} is a picture without text.",
    "picture_without_text": "No text was found in this picture. The bot finds it by its file name.",
    "picture_unread": "This picture could not be read. The bot finds it by its file name. {problem}",
    "recognition_missing": "No program that reads images is installed.",
    "recognition_unsure": "Its writing can't be read without a model that reads images.",
    "recognition_failed": "Reading its writing failed ({detail}).",
    "vision_status": "The model that reads images answered HTTP {status}.",
    "vision_no_answer": "The model that reads images gave no answer ({detail}).",
    # Websites
    "source_kind": "Choose one page, a sitemap, or a whole site.",
    "source_exists": "This address is already one of your websites.",
    "source_busy": "This website is being read at the moment.",
    "source_address": "This is not the address of a web page. It must begin with https://.",
    "source_failed": "Reading this website failed on our side. We will try again later; if that fails too, tell your operator.",
    "site_without_text": "No page with text was found there.",
    "site_private": "{host} is not a public address.",
    "site_unreachable": "{host} can't be reached: {problem}",
    "site_error": "{host} answered HTTP {status}. We will try again later.",
    "sitemap_elsewhere": "This sitemap leads to sitemaps on another host, {host}, which are not read. Add that address as a website of its own.",
    "site_without_sitemap": "There is no sitemap at {url}.",
    "site_too_slow": "Reading took too long. Pages read: {pages}.",
    "site_pages_kept": "Pages not found this time, and kept because the site did not answer as usual: {pages}.",
    "page_not_allowed": "{url} was not read: the site's robots.txt does not allow it, or it is on another site.",
    "page_unread": "{url} could not be read: {problem}",
    "page_status": "{url} answered HTTP {status}.",
    "page_not_html": "{url} is not a web page. Upload it as a file.",
    "page_empty": "{url} contains no text.",
    "redirect_elsewhere": "It redirects to another site, {host}.",
    "redirect_not_allowed": "It redirects to a page that the site's robots.txt does not allow.",
    "redirect_loop": "It redirects again and again.",
    "host_private": "{host} is not a public address. An operator can allow it in f/chatbot/settings, allowed_private_hosts.",
    "answer_too_large": "The answer is larger than {most} MB.",
    "answer_compressed": "The answer is compressed, although that was not asked for.",
    # Questions and answers, the preview
    "question_missing": "Write a question first.",
    "pair_incomplete": "Write the question and the answer.",
    "pairs_count": "Send from 1 to {most} questions at a time.",
    "question_exists": "This question is already here. Change its answer instead.",
    "pairs_changed": "{person} has changed this meanwhile. Look at it again.",
    "pairs_being_read": "The drafted answers are still being read. Try again in a moment.",
    "pairs_unread": "The drafted answers could not be read: {problem}",
    "run_failed": "The run failed. An operator can see why.",
    "run_unavailable": "The run can't be read at the moment ({detail}).",
    # Conversations, insights, notifications
    "text_empty": "Write something first.",
    "window_closed": "The customer last wrote more than 24 hours ago. WhatsApp now accepts only templates.",
    "contact_blocked": "This person is blocked. Lift the block before you write.",
    "template_gone": "WhatsApp does not know this template any more, or has not approved it. Choose another one.",
    "template_paused": "WhatsApp has paused this template because customers did not like it. Choose another one.",
    "template_rejected": "WhatsApp has rejected this template. Choose another one.",
    "template_pending": "WhatsApp is still reviewing this template. Choose another one, or wait for its approval.",
    "template_disabled": "WhatsApp does not let this template be sent any more. Choose another one.",
    "template_unsupported": "This template needs a file, a code or a list that can't be filled in here. Choose another one.",
    "template_incomplete": "Fill in each place of the template. Missing: {fields}.",
    "template_value_long": "What is filled into a template has at most {most} characters.",
    "template_language_unknown": "WhatsApp takes no templates in this language. Choose one of the list.",
    "template_category": "Choose what the template is for.",
    "template_body_missing": "Write the text of the template.",
    "template_one_line": "“{field}” must be one line.",
    "template_header_plain": "A title takes no emoji and none of the characters * _ ~ `.",
    "template_header_places": "A title takes one place at most, {first}.",
    "template_no_places": "“{field}” takes no places.",
    "template_place_form": "A place is a number between two braces on each side, such as {first}.",
    "template_place_numbers": "Number the places {first}, {second} and so on, without a gap.",
    "template_place_edge": "The text can't begin or end with a place. Write a word before or after it.",
    "template_example": "Write an example of at most {most} characters for {place}: Meta's reviewers read it.",
    "template_buttons": "A template has at most {most} buttons.",
    "template_button": "A button has a text of one line, without places, of at most {most} characters.",
    "template_button_twice": "Another button has this text already.",
    "template_exists": "There is a template “{name}” with other words in this language. Choose another name.",
    "template_refused": "Meta does not take this template: {problem}",
    "template_unanswered": "Meta gave no answer. Send the template again: it is not created twice.",
    "conversation_busy": "The bot is answering this customer right now. Try again in a minute.",
    "opted_out": "The customer has opted out of messages.",
    "no_token": "The operator has not stored a WhatsApp key for this business yet.",
    "not_sent": "WhatsApp did not send it: {problem}",
    "not_sent_code": "WhatsApp did not send it: {problem} ({words})",
    "token_sealed": "The stored WhatsApp key can't be opened with this platform's master key. Store it again.",
    "search_short": "Write at least {least} characters.",
    "attachment_type": (
        "WhatsApp does not take this type of file. It takes JPEG and PNG pictures, MP4 videos, sound as MP3, M4A, AAC, AMR or Opus in Ogg,"
        " PDF, Word, Excel, PowerPoint and plain text."
    ),
    "attachment_image_size": "This picture has {size} MB; WhatsApp takes pictures up to {most} MB. Save a smaller one.",
    "attachment_sound_size": "This file has {size} MB; WhatsApp takes sound and videos up to {most} MB. Shorten it.",
    "attachment_document_size": "This file has {size} MB; the limit is {most} MB. Split it, or send a link to it.",
    "attachment_seal": "This file could not be opened, so it was not sent. Reload the page and choose it again.",
    "attachment_gone": "This file is not here: it could not be fetched, or it is older than files are kept.",
    "snooze_time": "Choose a time from now on, within a year.",
    "assignee_unknown": "This person can't take conversations. Choose an agent, an editor or an owner.",
    "already_assigned": "{person} takes care of this conversation already.",
    "saved_reply_incomplete": "A saved reply needs a shortcut and words.",
    "shortcut_taken": "There is a saved reply “{shortcut}” already. Change that one, or choose another shortcut.",
    "questions_not_chosen": "Choose a group of questions first.",
    "notifications_not_chosen": "Choose a notification first.",
    # Tests of the bot
    "case_title_exists": "There is a test of this name already. Choose another name.",
    "cases_count": "A bot has at most {most} tests. Delete one first.",
    "no_cases": "There is no test to run. Make one first.",
    "case_failed": "There was no answer: {problem}",
    "case_should_answer": "The bot should answer this, and it did not.",
    "case_should_refuse": "The bot should say that it doesn't know, and it did not.",
    "case_should_hand_off": "The bot should hand off to a person, and it did not.",
    "case_not_said": "Not said: “{words}”",
    "case_said": "Said, although it must not be: “{words}”",
    "case_contradiction": "The answer contradicts itself: “{said}”, and “{other}”",
    "case_tool": "The tool “{tool}” was not called, or gave nothing.",
    "case_no_source": "The answer names no source. It should rest on “{source}”.",
    "case_source": "The answer rests on “{other}”. It should rest on “{source}”.",
    "case_other_source": "The same facts come from “{other}” now, and no longer from “{source}”.",
    # Replays
    "replay_running": "A replay of this bot is under way. Wait for its end, or stop it.",
    "replay_nothing": "Your bot answered nothing in this time that can be asked again.",
    "replay_bound": "Say what it may cost: more than 0, and at most USD {most}.",
    # People
    "email_invalid": "Write an e-mail address.",
    "email_or_role_invalid": "Write an e-mail address and choose a role.",
    "person_exists": "{email} is already a member. Change the role in the list below.",
    "invitations_count": "At most {most} invitations can be made in a day. Invite the others tomorrow.",
    "member_exists": "{email} is already a member. Remove the person first to give another role.",
    "last_owner": "A business needs an owner. Make somebody else an owner first.",
    # Developers
    "key_nameless": "Name the key after the program that uses it.",
    "key_scopes": "Choose at least one thing that the key may do.",
    "event_kinds": "Choose at least one kind of event.",
    "endpoints_count": "A business has at most {most} receivers of events. Delete one that nobody uses.",
    "text_or_template": "Send either a text or a template.",
    "idempotency_reused": "Another message was sent with this idempotency key. Use a new key for each message.",
    "keys_count": "A business has at most {most} keys. Revoke one that nobody uses.",
    # How the portal looks
    "branding_line": "“{field}” must be one line, without letters that nobody sees.",
    "branding_colour": "“{colour}” is no colour. Write it as # and six digits or letters from a to f, such as #0b6650.",
    "branding_link": "“{field}” must be an address that begins with https://.",
    "logo_too_large": "This picture has more than {most} MB. Save a smaller one and upload that.",
    "logo_pixels": "This picture has more than {most} million pixels. Save a smaller one and upload that.",
    "logo_kind": "A picture must be a PNG, a JPEG or a WebP. An SVG is not taken, because it can hold a program.",
    "logo_damaged": "This picture is damaged or incomplete. Save it again, and upload the new file.",
    "sender_domain": "Mails can be sent from a domain that is yours here. Add {domain} to your addresses first.",
    "sender_refused": "The mail server refuses to send as {address} (it answered {code}). Ask the platform's operator to allow it there.",
    "sender_unchecked": "The mail server could not be asked whether it sends from this address ({problem}). Try again in a minute.",
    "sender_no_server": "The platform has no mail server, so it can't send from an address of yours.",
    "domain_invalid": "Write the domain alone, such as portal.example.com: without https://, port or path.",
    "domain_letters": "A domain here has the letters a to z, digits and hyphens only, because others can be mistaken for these.",
    "domain_taken": "{domain} is taken.",
    "domain_there": "{domain} is in your list already.",
    "domains_none": "Your plan has no address of your own. Ask the platform's operator.",
    "domains_count": "Your plan has {most} addresses of your own. Delete one first.",
    "domain_unproved": "The file is not at {domain}{path} yet. Put it there, or ask the platform's operator to confirm the domain.",
    # The operator
    "tenant_name_missing": "A business needs a name.",
    "number_invalid": "A number needs Meta's phone number ID (digits) and a name.",
    "number_taken": "Another business has this number.",
    "tool_folder_invalid": "A folder of one's own is f/tenant_tools/ and a name of a-z, 0-9 and _. f/tenant_tools/shared is for all.",
    "tool_folder_taken": "f/tenant_tools/{folder} is the folder of {name}. A folder is for one business; f/tenant_tools/shared is for all.",
    "limit_unknown": "There is no such limit.",
    "limit_invalid": "A limit is a number above 0, or empty.",
    "model_invalid": "Choose OpenAI or Gemini, and name the model.",
    "too_many_models": "At most {most} models can stand in for the first one.",
    "model_twice": "Name each model only once: a model that failed is not asked again.",
    "send_rate": "A number sends from {least} to {most} messages a second.",
    "key_missing": "Paste the key first.",
    "key_in_plain": "This key came unprotected, so it was not stored. Replace it where it is from, reload the page, and paste the new one.",
    "key_seal": "This key could not be opened, so it was not stored. Reload the page and paste it again.",
    "last_operator": "The platform needs an operator. Add somebody else first.",
    # Connecting a number
    "connect_token_refused": (
        "Meta refuses this access token ({problem}). Make one that never expires (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and paste it."
    ),
    "connect_other_app": (
        "This access token is for another app, {app}: what customers write would go there. Make one for this platform's app (Business settings, "
        "System users: https://business.facebook.com/settings/system-users) and paste it."
    ),
    "connect_scopes": (
        "This access token lacks {scopes}. Make a new one with this permission (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and paste it."
    ),
    "connect_which_account": (
        "This access token does not say which WhatsApp account it is for. Enter the account's ID (Business settings, WhatsApp accounts: "
        "https://business.facebook.com/settings/whatsapp-business-accounts)."
    ),
    "connect_account": "The ID of a WhatsApp account has digits only.",
    "connect_no_numbers": (
        "This WhatsApp account has no number yet. Add one in WhatsApp Manager "
        "(https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "connect_others": "The business has more numbers, which this access token may not use: {names}. Make one for all of them; nothing was changed.",
    "connect_pin_new": "Choose a PIN of six digits for this number, and write it down: Meta asks for it when the number moves.",
    "connect_pin_old": (
        "This number has a PIN of six digits. Enter it; who has lost it sets a new one in WhatsApp Manager "
        "(https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "connect_pin_digits": "The PIN has six digits.",
    "connect_pin_wrong": (
        "Meta does not take this PIN. After a few wrong ones it takes none for some time: set a new one in WhatsApp Manager "
        "(https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "connect_refused": "Meta does not allow it, and nothing was stored: {problem}",
    "connect_silent": "Meta did not answer ({problem}), and nothing was stored. Try again in some minutes.",
    "connect_no_dialog": "The operator has not set up Meta's dialog for this platform (META_APP_ID, SIGNUP_CONFIG_ID). Paste an access token.",
    "connect_denied": "Nothing was given in Meta's dialog. Begin again, or paste an access token.",
    "connect_code_refused": "Meta did not accept the answer of its own dialog ({problem}). Begin again.",
    # What the doctor of a number finds, and what to do about it
    "doctor_no_token": (
        "No WhatsApp access token is stored: make one at Meta (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and connect the number with it."
    ),
    "doctor_token_refused": (
        "Meta refuses the access token ({problem}): make a new one that never expires (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and connect the number with it."
    ),
    "doctor_token_ends": (
        "The access token ends in {days} days: make one that never expires (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and connect the number with it."
    ),
    "doctor_scopes": (
        "The access token lacks {scopes}: make a new one with this permission (Business settings, System users: "
        "https://business.facebook.com/settings/system-users) and connect the number with it."
    ),
    "doctor_foreign_number": (
        "The access token may not use the number with the ID {number}: give its system user the WhatsApp account of this number "
        "(Business settings, WhatsApp accounts: https://business.facebook.com/settings/whatsapp-business-accounts), or correct the ID."
    ),
    "doctor_number_state": (
        "The number is not connected to the Cloud API ({state}): register it with its PIN of six digits (WhatsApp Manager, Phone "
        "numbers: https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "doctor_name": (
        "Meta has not approved the display name “{name}” ({state}): choose another one (WhatsApp Manager, Phone numbers: "
        "https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "doctor_quality": (
        "Meta rates this number's quality as low, and may restrict it: write only to people who expect it (WhatsApp Manager, Phone "
        "numbers: https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "doctor_limit": (
        "Meta lets this number begin very few conversations a day ({limit}): verify the business and keep the quality high (WhatsApp "
        "Manager, Phone numbers: https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "doctor_pin": (
        "The number has no two-step PIN, so somebody else could register it: set one (WhatsApp Manager, Phone numbers, Two-step "
        "verification: https://business.facebook.com/wa/manage/phone-numbers/)."
    ),
    "doctor_payment": (
        "The WhatsApp account has no valid payment method, so what Meta charges for does not arrive: add one (Billing and payments: "
        "https://business.facebook.com/billing_hub/payment_settings)."
    ),
    "doctor_health": (
        "Meta says that something keeps this number from sending ({problem}): mend it (WhatsApp Manager, Overview: "
        "https://business.facebook.com/wa/manage/home/)."
    ),
    "doctor_not_subscribed": (
        "The app is not subscribed to the WhatsApp account {account}, so no message arrives: subscribe it (POST "
        "/{account}/subscribed_apps: "
        "https://developers.facebook.com/documentation/business-messaging/whatsapp/solution-providers/manage-webhooks)."
    ),
    "doctor_callback": (
        "Meta sends this number's messages to {address} instead of {wanted}: correct the callback URL (App dashboard, WhatsApp, "
        "Configuration: https://developers.facebook.com/apps/), or take the account's own address away."
    ),
    "doctor_webhook_unset": (
        "The platform does not know the address of its webhook: the operator writes WEBHOOK_URL, such as "
        "https://bot.example.com/webhook, into the deployment's settings and deploys again."
    ),
    "doctor_webhook_down": (
        "The webhook does not answer at {address} ({problem}): see that the ingress runs, and that this address leads to it from "
        "outside."
    ),
    "doctor_unreported": (
        "Meta has taken messages of this number ({n}) and reports nothing of them: subscribe the field “messages” and see that "
        "META_APP_SECRET is this app's (App dashboard, WhatsApp, Configuration: https://developers.facebook.com/apps/)."
    ),
    "doctor_unheard": (
        "Nothing has come from WhatsApp for this number in the last {hours} hours, so it is not known whether its signature is right: "
        "write to the number, and run this again."
    ),
    "doctor_trip_lost": (
        "The last answers to customers did not reach them (people: {n}): {problem}. Mend what is red here, then write to the number "
        "yourself with the test below."
    ),
    "doctor_trip_unproven": (
        "Nobody has got an answer in the last {hours} hours, so it is not known whether answers arrive: write to the number "
        "yourself with the test below."
    ),
    "doctor_template": (
        "The template “{name}” can't be sent ({state}), and people are written to with it after 24 hours: correct it or choose "
        "another one (WhatsApp Manager, Message templates: https://business.facebook.com/wa/manage/message-templates/)."
    ),
    "doctor_clock_worker": "The clock of the workers is {minutes} minutes off: let their machine take its time from the network (NTP).",
    "doctor_clock_database": "The clock of PostgreSQL is {minutes} minutes off: let its machine take its time from the network (NTP).",
    "doctor_model_key": "The vendor of the model {model} refuses its key, so the bot can't answer: the operator stores a valid one.",
    "doctor_model": "The model {model} does not answer: {problem}",
    "doctor_embeddings": "The embedding model does not answer, so nothing is found in the documents: {problem}",
    "doctor_no_knowledge": "The bot has nothing to answer from: add a document, a website or an answer under Knowledge.",
    "doctor_silent_knowledge": "A search for the words of the bot's own documents finds nothing: read the documents again under Knowledge.",
    "doctor_nobody_told": (
        "Nobody is told when the bot hands a conversation to a person: enter a telephone number, an e-mail address or a webhook under "
        "Bot, Handoff."
    ),
    "doctor_bot_off": "The bot is switched off, so customers get no answer: switch it on under Bot, Voice.",
    "doctor_needs_token": "It is not known as long as the access token does not work for this number.",
    "doctor_needs_embeddings": "It is not known as long as the embedding model does not answer.",
    "doctor_needs_address": "It is not known as long as the webhook's address is not set.",
    "doctor_meta_silent": "It is not known, because Meta did not say it ({problem}): run this again in some minutes.",
    # Where a message that somebody sends to try a number, or its answer, is held up
    "trip_not_come": (
        "Nothing has come in yet. If your WhatsApp shows the message as sent, Meta does not bring it here: see that the callback URL is {address}, "
        "that the field “messages” is subscribed, and that META_APP_SECRET is this app's (App dashboard, WhatsApp, Configuration: "
        "https://developers.facebook.com/apps/)."
    ),
    "trip_no_worker": (
        "It came in, and its answer takes longer than usual: the operator sees under Platform whether a worker takes "
        "customers' messages, and the run."
    ),
    "trip_ended": "It came in, and the bot does not answer it: {reason}.",
    "trip_not_asked": "It came in, and it is nothing that the bot answers: send the words as a new message of their own.",
    "trip_with_human": "It came in, and a person has this conversation: press “Resume the bot” under Conversations, and write again.",
    "trip_failed": "It came in, and no answer came of it ({problem}): the operator finds its run under Platform.",
    "trip_stopped": "The answer waits, because Meta has refused this business's messages: {problem}. Mend what is red above, then write again.",
    "trip_not_sent": "The answer could not be sent: write again. The operator finds its run under Platform.",
    "trip_unsent": "The answer is ready and waits to be sent: it is tried again by itself.",
    "trip_phone_silent": "Meta has the answer, and your phone has not taken it yet: see that it is online and has not blocked the number.",
    # Why a message or a turn ended without an answer
    "ended_limit": "a limit on replies is reached",
    "ended_closed": "the business is closed, so it is noted for a person",
    "ended_group": "it was written in a group, and only conversations of two are answered",
    "ended_suspended": "the business is suspended",
    "ended_opted_out": "this person has opted out of messages",
    "ended_too_old": "it came too late to be answered",
    "ended_deleted": "its sender has deleted it",
    "turn_failed": "the run that was to answer failed",
    "turn_lost": "every run that tried to answer died",
    "turn_unsent": "the answer could not be sent",
    "turn_silent": "the run ended and had nothing to send",
    # What Meta's error codes mean: the table send_errors names these
    "send_pair_rate": "too many messages to this one person",
    "send_number_rate": "too many messages from this number",
    "send_app_rate": "too many calls by this app",
    "send_account_rate": "too many calls by this account",
    "send_meta_trouble": "a problem at Meta",
    "send_meta_overloaded": "Meta is overloaded",
    "send_meta_down": "Meta is out of service for the moment",
    "send_maintenance": "the account is in maintenance",
    "send_window": "the customer's last message is more than 24 hours old",
    "send_undeliverable": "the message can't be delivered to this person",
    "send_to_itself": "sender and recipient are the same",
    "send_not_allowed_recipient": "the recipient is not on the list of allowed numbers",
    "send_marketing_stopped": "the person has stopped marketing messages",
    "send_person_blocked": "this person is blocked",
    "send_experiment": "the number is part of an experiment by Meta",
    "send_meta_declined": "Meta decided not to deliver this message",
    "send_user_id": "a user ID is not enough for this message",
    "send_type": "this type of message is not supported",
    "send_parameter_missing": "a parameter is missing or has a wrong value",
    "send_parameter": "a parameter is wrong",
    "send_request": "the request is wrong",
    "send_media": "a file could not be fetched or uploaded",
    "send_template": "the template is wrong, missing or paused",
    "send_token_invalid": "the access token is not valid",
    "send_token_permission": "the access token lacks a permission",
    "send_token_expired": "the access token has expired",
    "send_denied": "access is denied",
    "send_account_blocked": "the account is blocked because it broke the rules",
    "send_account_locked": "the account is locked",
    "send_country": "the account may not write to this country",
    "send_spam": "too many messages from this number were reported as spam",
    "send_account_restricted": "the account is restricted",
    "send_payment": "there is a problem with the payment method",
    "send_not_registered": "the number is not registered",
    "send_number_deleted": "the number has been deleted",
    "send_unknown": "an unknown error",
}
