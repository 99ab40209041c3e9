-- Tenants, their chatbots, and what a tenant used each month.

create table tenants (
    id                uuid primary key default gen_random_uuid(),
    name              text not null,
    status            text not null default 'active' check (status in ('active', 'suspended')),
    limits            jsonb not null default '{}',        -- plan limits by name; an absent one: the platform's
    whatsapp_token    bytea,                              -- AES-GCM, see f/common/secrets.py; null: none stored
    llm_api_key       bytea,                              -- the same; null: the platform's key is used
    -- The default is a model that the endpoint of .env.example offers. f/ingest/change_model moves a tenant to
    -- another one.
    embedding_model   text not null default 'text-embedding-3-small',
    -- Who gets a conversation that the bot hands off: nobody, or the available members in turn.
    assignment        text not null default 'manual' check (assignment in ('manual', 'in_turn')),
    -- Whose scripts of f/tenant_tools/<tool_folder>/ its chatbots may call, beside those of f/tenant_tools/shared/; the
    -- operator says so. Null: the shared ones only.
    tool_folder       text unique check (tool_folder ~ '^[a-z][a-z0-9_]{0,30}$' and tool_folder <> 'shared'),
    speaker_notes     boolean not null default false,     -- whether the notes of presentations are read, too
    created_at        timestamptz not null default now(),
    dispatched_at     timestamptz,                        -- when a message of it last got a run
    expired_at        timestamptz                         -- when what its plan does not keep was last taken out
);

create table chatbots (
    phone_number_id   text primary key,                   -- Meta's id of the business number: the chatbot's id
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null,
    enabled           boolean not null default true,
    created_at        timestamptz not null default now(),

    -- What WhatsApp knows of the number.
    waba_id           text,                             -- learned from deliveries: Meta's account events name no number
    display_phone_number text,
    sends_per_s       real not null default 80 check (sends_per_s between 0.1 and 1000),
    window_template   jsonb,                              -- {name, language, parameters}: for after the 24 hours
    send_documents    boolean not null default false,     -- whether customers may be sent files of the knowledge base
    -- What else the bot may send: see f/whatsapp/controls. The rows' columns are those of f/common/setting_rows.
    links             jsonb not null default '[]' check (jsonb_typeof(links) = 'array'),
    source_links      boolean not null default false,     -- buttons may also open addresses of a reply's sources
    ask_location      boolean not null default false,
    reactions         boolean not null default false,
    catalog_id        text,                               -- Meta's
    products          jsonb not null default '[]' check (jsonb_typeof(products) = 'array'),
    forms             jsonb not null default '[]' check (jsonb_typeof(forms) = 'array'),
    contact_cards     jsonb not null default '[]' check (jsonb_typeof(contact_cards) = 'array'),
    voice_answers     text not null default 'never' check (voice_answers in ('never', 'to_voice')),

    -- How it answers.
    persona           text not null default '',
    system_prompt     text not null default '',
    provider          text,                               -- 'openai' | 'gemini'; null: the platform's default
    model             text,                               -- null: the platform's default
    -- [{provider, model}], asked in order when the first one fails
    fallbacks         jsonb not null default '[]' check (jsonb_typeof(fallbacks) = 'array'),
    -- null: the vendor's default, for each of the three
    reasoning_effort  text check (reasoning_effort in ('none', 'minimal', 'low', 'medium', 'high')),
    max_output_tokens int check (max_output_tokens between 100 and 100000),
    temperature       real check (temperature between 0 and 2),
    tool_choice_required boolean not null default false,  -- in the first round the model must call a function
    -- A second call of a model says whether each claim of a reply follows from what it quotes.
    judge             text not null default 'off' check (judge in ('off', 'doubt', 'always')),
    judge_model       text,                               -- null: the chatbot's model
    languages         text[] not null default '{en}',     -- the first is the default
    show_citations    boolean not null default true,
    lead_fields       text[] not null default '{}',       -- what the tenant wants to collect, such as email
    -- Which of the business's tools it offers, and when a person must agree to a call: {"<server>.<tool>": "never" |
    -- "always" | {"parameter": "amount", "over": 50}}. Null: all that the business has, each by its own rule.
    tools             jsonb check (jsonb_typeof(tools) = 'object'),

    -- Its bounds.
    merge_window_s    real not null default 1.5 check (merge_window_s between 0 and 30),
    max_rounds        int not null default 6 check (max_rounds between 1 and 20),
    max_seconds       int not null default 60 check (max_seconds between 5 and 600),
    max_tokens        int not null default 60000 check (max_tokens >= 1000),  -- of all model calls of a turn
    max_cost_usd      numeric(10, 4) not null default 0.5 check (max_cost_usd > 0),
    history_tokens    int not null default 2000 check (history_tokens >= 0),
    stale_after_s     int not null default 86400 check (stale_after_s > 0),  -- an older message gets no answer
    max_replies_per_hour int not null default 60 check (max_replies_per_hour > 0),  -- to one contact: stops two bots

    -- When it answers.
    -- The check raises an error for a time zone that PostgreSQL does not know.
    time_zone         text not null default 'UTC'
                      check (timestamptz '2000-01-01 00:00+00' at time zone time_zone is not null),
    opening_hours     jsonb not null default '{}' check (are_hours(opening_hours)), -- {}: always open
    closed_on         date[] not null default '{}',       -- holidays
    outside_hours     text not null default 'answer' check (outside_hours in ('answer', 'close')),

    -- When a human takes over, and who is told.
    handoff_keywords text[] not null default '{}',
    handoff_hours    real not null default 12 check (handoff_hours >= 0),  -- 0: until somebody resumes the bot
    handoff_on_failure boolean not null default false,
    -- How a customer is asked for a rating when a person has solved the conversation.
    ask_rating        text not null default 'off' check (ask_rating in ('off', 'three', 'five')),
    notify_webhook_url text,
    notify_phone      text,                               -- a staff member's WhatsApp number
    notify_template   jsonb,                              -- {name, language}: for outside the 24 hours
    notify_email      text,                               -- where the operator has a mail server
    -- Minutes until people are told of a handoff again, while nobody has written to the customer; 0: never.
    handoff_again_min int not null default 10 check (handoff_again_min between 0 and 1440),
    handoff_next      text[] not null default '{}',       -- phones and e-mail addresses that are told after them
    -- How long a tool's call waits for a colleague's yes; then it is not made, and the customer hears so.
    approval_hours    real not null default 4 check (approval_hours between 0.05 and 168),

    -- Its own words by language.
    dont_know         jsonb not null default '{
        "en": "I''m sorry, I don''t have that information. Shall I ask a colleague?",
        "es": "Lo siento, no tengo esa información. ¿Quiere que pregunte a una persona del equipo?",
        "de": "Das weiß ich leider nicht. Soll ich jemanden aus dem Team fragen?",
        "fr": "Désolé, je n''ai pas cette information. Voulez-vous que je demande à un collègue ?",
        "pt": "Lamento, não tenho essa informação. Quer que pergunte a um colega?",
        "it": "Mi dispiace, non ho questa informazione. Vuole che chieda a un collega?"}',
    offer_human       jsonb not null default '{}',        -- added to dont_know; empty: dont_know holds the offer itself
    failure_message   jsonb not null default '{
        "en": "Something went wrong on our side. Please try again in a moment.",
        "es": "Algo ha fallado por nuestra parte. Inténtelo de nuevo en un momento.",
        "de": "Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es gleich noch einmal.",
        "fr": "Un problème est survenu de notre côté. Réessayez dans un instant.",
        "pt": "Algo correu mal do nosso lado. Tente novamente daqui a pouco.",
        "it": "Qualcosa è andato storto da parte nostra. Riprovi tra poco."}',
    limit_message     jsonb not null default '{
        "en": "We can''t answer automatically at the moment. A colleague will get back to you.",
        "es": "Ahora mismo no podemos responder automáticamente. Una persona del equipo le escribirá.",
        "de": "Wir können gerade nicht automatisch antworten. Jemand aus dem Team meldet sich.",
        "fr": "Nous ne pouvons pas répondre automatiquement pour le moment. Un collègue vous écrira.",
        "pt": "De momento não podemos responder automaticamente. Um colega irá contactá-lo.",
        "it": "Al momento non possiamo rispondere automaticamente. Un collega la contatterà."}',
    closed_message    jsonb not null default '{
    "en": "We are closed at the moment. We have noted your message and will answer when we are open again.",
    "es": "Ahora mismo estamos cerrados. Hemos anotado su mensaje y le responderemos cuando volvamos a abrir.",
    "de": "Wir haben gerade geschlossen. Ihre Nachricht ist notiert; wir antworten, sobald wir wieder geöffnet haben.",
    "fr": "Nous sommes fermés pour le moment. Votre message est noté, nous répondrons dès la réouverture.",
    "pt": "De momento estamos fechados. Anotámos a sua mensagem e responderemos quando voltarmos a abrir.",
    "it": "Al momento siamo chiusi. Abbiamo annotato il suo messaggio e risponderemo alla riapertura."}',
    -- said once while an answer waits because many write at once; empty: nothing is said
    waiting_message   jsonb not null default '{}',
    handoff_message  jsonb not null default '{
        "en": "I''ve passed your question on to a colleague, who will answer you here.",
        "es": "He pasado su pregunta a una persona del equipo, que le responderá aquí.",
        "de": "Ich habe Ihre Frage weitergegeben; jemand aus dem Team antwortet Ihnen hier.",
        "fr": "J''ai transmis votre question à un collègue, qui vous répondra ici.",
        "pt": "Passei a sua pergunta a um colega, que lhe responderá aqui.",
        "it": "Ho passato la sua domanda a un collega, che le risponderà qui."}',
    canned_replies    jsonb not null default '{}',      -- words by situation and language; absent: the platform's
    opt_out_words     jsonb not null default '{"en": ["stop", "unsubscribe"], "es": ["baja", "cancelar suscripción"],
        "de": ["stopp", "abmelden"], "fr": ["arrêt", "désabonner"], "it": ["basta", "annulla iscrizione"],
        "pt": ["parar", "sair"]}',
    opt_in_words      jsonb not null default '{"en": ["start", "subscribe"], "es": ["alta"], "de": ["anmelden"],
        "fr": ["démarrer"], "it": ["avvia"], "pt": ["iniciar"]}'
);
create index chatbots_by_tenant on chatbots (tenant_id);
create index chatbots_by_waba on chatbots (waba_id);

create table usage_months (
    tenant_id         uuid not null references tenants on delete cascade,
    month             date not null,                      -- its first day, UTC
    turns             int not null default 0,
    input_tokens      bigint not null default 0,
    output_tokens     bigint not null default 0,
    cost_usd          numeric(14, 6) not null default 0,
    warned_at         timestamptz,                        -- when the tenant was told that 80 % of a limit is used
    primary key (tenant_id, month)
);

select isolate('tenants', 'id'), isolate('chatbots'), isolate('usage_months');
grant select on tenants, chatbots, usage_months to chatbot_app;
grant update (speaker_notes, assignment) on tenants to chatbot_app;
-- What a tenant's staff may change in the portal. The model and the send rate are the operators': the platform pays
-- for them.
grant update (name, enabled, persona, system_prompt, languages, dont_know, failure_message, show_citations,
              merge_window_s, max_rounds, max_seconds, max_tokens, history_tokens, max_replies_per_hour,
              max_cost_usd, stale_after_s, limit_message, offer_human, handoff_message, handoff_keywords,
              handoff_hours, handoff_on_failure, ask_rating, lead_fields, tools, notify_webhook_url, notify_phone,
              notify_template, notify_email, handoff_again_min, handoff_next, approval_hours,
              canned_replies, opt_out_words, opt_in_words, window_template, send_documents, links, source_links,
              ask_location, reactions, catalog_id, products, forms, contact_cards, voice_answers, time_zone,
              opening_hours, closed_on, outside_hours, closed_message, waiting_message)
    on chatbots to chatbot_app;
