-- When a business is open, and what its chatbot does when it is not: it answers as ever, or says so and leaves the message to a human.

-- {"mon": [["09:00", "14:00"], ["17:00", "20:00"]], …}: a day that is absent is closed, an end at or before its begin is on the next day.
create function are_hours(p_hours jsonb) returns boolean
    language sql immutable
    return jsonb_typeof(p_hours) = 'object' and not exists (
        select from jsonb_each(case when jsonb_typeof(p_hours) = 'object' then p_hours else '{}' end) d
        where d.key not in ('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun') or jsonb_typeof(d.value) <> 'array' or exists (
            select from jsonb_array_elements(case when jsonb_typeof(d.value) = 'array' then d.value else '[]' end) span
            where jsonb_typeof(span) <> 'array' or jsonb_array_length(span) <> 2
               or (span ->> 0) !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' or (span ->> 1) !~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'));

alter table chatbots
    add column time_zone text not null default 'UTC' check (timestamptz '2000-01-01 00:00+00' at time zone time_zone is not null), -- raises for an unknown one
    add column opening_hours jsonb not null default '{}' check (are_hours(opening_hours)),   -- {}: always open
    add column closed_on date[] not null default '{}',     -- holidays
    add column outside_hours text not null default 'answer' check (outside_hours in ('answer', 'close')),
    add column closed_message jsonb not null default '{
        "en": "We are closed at the moment. We have noted your message and will answer when we are open again.",
        "es": "Ahora mismo estamos cerrados. Hemos anotado su mensaje y le responderemos cuando volvamos a abrir.",
        "de": "Wir haben gerade geschlossen. Ihre Nachricht ist notiert; wir antworten, sobald wir wieder geöffnet haben.",
        "fr": "Nous sommes fermés pour le moment. Votre message est noté, nous répondrons dès la réouverture.",
        "pt": "De momento estamos fechados. Anotámos a sua mensagem e responderemos quando voltarmos a abrir.",
        "it": "Al momento siamo chiusi. Abbiamo annotato il suo messaggio e risponderemo alla riapertura."}';
alter table contacts add column closed_told_at timestamptz;  -- when this person was last told that the business is closed
alter table handoffs drop constraint handoffs_source_check,
    add constraint handoffs_source_check check (source in ('model', 'keyword', 'customer', 'failure', 'operator', 'hours'));

create function is_open(p_hours jsonb, p_zone text, p_closed_on date[], p_at timestamptz default now()) returns boolean
    language sql stable
    return p_hours = '{}' or exists (
        select from (select (p_at at time zone p_zone)::date as today, to_char(p_at at time zone p_zone, 'HH24:MI') as clock) here,
            lateral (values (today, false), (today - 1, true)) d(day, was_yesterday),
            lateral jsonb_array_elements(p_hours -> to_char(d.day, 'dy')) span
        where d.day <> all (p_closed_on)
          and case when (span ->> 1) > (span ->> 0) then not was_yesterday and clock >= (span ->> 0) and clock < (span ->> 1)
                   when was_yesterday then clock < (span ->> 1)
                   else clock >= (span ->> 0) end);

-- The words for a message that comes while the business is closed; null: they were said already in this night. Either way a human is to answer it:
-- the conversation is marked, and the staff sees it among the notifications. The bot is not paused: it answers again when the doors open.
create function closed_words(p_bot chatbots, p_contact contacts) returns text
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    perform notify(p_bot.tenant_id, 'outside_hours', 'info', 'A customer wrote while you were closed', p_contact.id::text,
                   jsonb_build_object('contact_id', p_contact.id, 'name', coalesce(p_contact.name, p_contact.username, p_contact.phone)));
    if p_contact.closed_told_at > now() - interval '8 hours' then
        return null;
    end if;
    update contacts set closed_told_at = now() where id = p_contact.id;
    insert into handoffs (tenant_id, contact_id, source, reason, paused_until)
        values (p_bot.tenant_id, p_contact.id, 'hours', 'wrote outside opening hours', now());
    return coalesce(p_bot.closed_message ->> p_contact.language, p_bot.closed_message ->> p_bot.languages[1],
                    (select value from jsonb_each_text(p_bot.closed_message) limit 1));
end $$;
select own_functions('closed_words');

grant update (time_zone, opening_hours, closed_on, outside_hours, closed_message) on chatbots to chatbot_app;
