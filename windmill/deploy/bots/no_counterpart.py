"""What other systems' bots have and this one does not, by the name of the part, with what to do instead."""

from __future__ import annotations

TYPEBOT = {
    "image": "pictures: upload a document that may be sent, or describe it in an answer",
    "video": "the bot sends no videos", "audio": "the bot sends no recordings", "embed": "nothing is embedded in WhatsApp",
    "Set variable": "there are no variables: the model remembers the conversation",
    "Condition": "there are no branches: write the rule into system_prompt",
    "Redirect": "write the address into an answer", "Code": "code: put it behind an HTTP action or an MCP server",
    "Typebot link": "there are no linked bots: the model has the whole conversation", "Jump": "there are no jumps", "Return": "there are no jumps",
    "Wait": "the bot answers at once", "AB test": "there is no AB test", "Loop": "there are no loops",
    "payment input": "payments: make an HTTP action that creates a payment link", "file input": "customers may send files at any time",
    "rating input": "the setting ask_rating asks for a rating", "otp input": "WhatsApp vouches for the customer's number",
    "Google Sheets": "put it behind an HTTP action", "Google Analytics": "Insights counts", "Pixel": "Insights counts",
    "Email": "the settings notify_email and handoff_next tell people", "Chatwoot": "a handoff goes to the inbox of the portal",
    "Zapier": "make an HTTP action with the hook's address as a secret", "Make.com": "make an HTTP action with the hook's address as a secret",
    "Pabbly": "make an HTTP action with the hook's address as a secret", "webhook": "nothing waits for a call from outside",
}  # fmt: skip

TYPEBOT_SETTINGS = {
    "theme": "the look is WhatsApp's",
    "customDomain": "customers write to the number",
    "publicId": "customers write to the number",
}
DIFY = {
    "knowledge-retrieval": "upload its documents here: Dify exports none",
    "code": "code: put it behind an HTTP action or an MCP server",
    "template-transform": "there are no templates between steps: the model words its answers",
    "if-else": "there are no branches: write the rule into system_prompt",
    "iteration": "there are no loops", "loop": "there are no loops",
    "variable-aggregator": "there are no variables", "assigner": "there are no variables", "variable-assigner": "there are no variables",
    "parameter-extractor": "the model fills a tool's parameters itself", "document-extractor": "customers' files are read by themselves",
    "list-operator": "there are no lists", "tool": "connect it as an MCP server or an HTTP action",
    "agent": "the bot itself is the agent: connect its tools",
    "plugin": "models are set by the operator, tools are connected as MCP servers or HTTP actions",
    "human-input": "a handoff, or an approval before a tool is called, asks a person",
}  # fmt: skip
DIFY_FEATURES = {
    "file_upload": "customers may send files at any time",
    "speech_to_text": "voice notes are understood by themselves",
    "text_to_speech": "the bot writes",
    "retriever_resource": "the setting show_citations names sources",
    "sensitive_word_avoidance": "write into system_prompt what is not said",
    "suggested_questions_after_answer": "the bot suggests no questions",
    "more_like_this": "there is one answer",
}
