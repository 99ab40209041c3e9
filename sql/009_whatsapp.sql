-- WhatsApp as it is: every kind of message in words, files, and what Meta tells of the account.
--
-- message_words says what a message says. Who wrote it, and what it changes: 014_whatsapp_people.sql. What goes out: 012_whatsapp_sends.sql.

alter table chatbots
    add column waba_id text,                               -- learned from what Meta delivers: its account events name no number
    add column display_phone_number text,
    add column canned_replies jsonb not null default '{}',        -- own words by situation and language; what is missing has the platform's
    add column opt_out_words jsonb not null default '{"en": ["stop", "unsubscribe"], "es": ["baja", "cancelar suscripción"], "de": ["stopp", "abmelden"], "fr": ["arrêt", "désabonner"], "it": ["basta", "annulla iscrizione"], "pt": ["parar", "sair"]}',
    add column opt_in_words jsonb not null default '{"en": ["start", "subscribe"], "es": ["alta"], "de": ["anmelden"], "fr": ["démarrer"], "it": ["avvia"], "pt": ["iniciar"]}',
    add column window_template jsonb,                      -- {"name", "language", "parameters": [text, …]}: sent when the 24 hours are over
    add column sends_per_s real not null default 80 check (sends_per_s between 0.1 and 1000),
    add column send_documents boolean not null default false;  -- whether customers may be sent files of the knowledge base
create index chatbots_by_waba on chatbots (waba_id);

alter table contacts
    add column last_message_at timestamptz,                -- by Meta's clock: opens 24 hours of free-form replies
    add column preface_at timestamptz,                      -- when the person was last told that something can't be read
    add column preface_for text,
    add column send_error_code int,                        -- why Meta does not deliver to this person; null: nothing is known
    add column send_error_at timestamptz;

-- Former phones and user ids of a person, so that a changed number does not make a second one.
create table contact_aliases (
    tenant_id         uuid not null references tenants on delete cascade,
    alias             text not null,
    contact_id        uuid not null references contacts on delete cascade,
    created_at        timestamptz not null default now(),
    primary key (tenant_id, alias)
);
create index contact_aliases_by_contact on contact_aliases (contact_id);

-- What came with a message. The bytes never leave this table but into a model's request.
create table media (
    phone_number_id   text not null,
    message_id        text not null,
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid references contacts on delete cascade,
    kind              text not null,
    mime_type         text,
    filename          text,
    content           bytea,
    words             text,                                -- a voice note's transcript, a document's text
    problem           text,                                -- why it could not be used: too_large, wrong_type, unreachable, no_words
    created_at        timestamptz not null default now(),
    primary key (phone_number_id, message_id)
);
create index media_by_contact on media (contact_id, created_at);
create index media_by_time on media using brin (created_at);

-- What the tenant should know: templates, quality, account, sends that stopped. The same thing again counts up while it is unread.
create table notifications (
    id                bigint generated always as identity primary key,
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null,
    severity          text not null check (severity in ('info', 'warning', 'critical')),
    title             text not null,
    detail            jsonb not null default '{}',
    subject           text not null,                       -- what it is about: with kind and title the key while unread
    count             int not null default 1,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    read_at           timestamptz,
    tell_at           timestamptz,                         -- when the chatbot's webhook is told; null: it is not, or was
    notified          jsonb                                -- what became of that: {"webhook", "tries"}
);
create index notifications_to_tell on notifications (tell_at) where tell_at is not null;
create unique index notifications_unread on notifications (tenant_id, kind, subject, title) where read_at is null;
create index notifications_by_tenant on notifications (tenant_id, updated_at desc);

select isolate('contact_aliases'), isolate('media'), isolate('notifications');
grant select on contact_aliases, notifications to chatbot_app;
grant update (read_at) on notifications to chatbot_app;
grant select, insert, update, delete on media to chatbot_app;

-- What is critical, and that messages go out again, is told to the chatbot's webhook, too; while it lasts at most once an hour.
create function notify(p_tenant uuid, p_kind text, p_severity text, p_title text, p_subject text, p_detail jsonb default '{}') returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into notifications as n (tenant_id, kind, severity, title, subject, detail, tell_at)
        values (p_tenant, p_kind, p_severity, left(p_title, 300), left(p_subject, 200), p_detail,
                case when p_severity = 'critical' or p_kind = 'sends_resumed' then now() end)
        on conflict (tenant_id, kind, subject, title) where read_at is null
        do update set count = n.count + 1, updated_at = now(), detail = excluded.detail,
            tell_at = coalesce(n.tell_at, case when n.updated_at < now() - interval '1 hour' then excluded.tell_at end)
$$;

-- The notifications that a webhook is to be told of now, each with its tenant's addresses; nobody else gets them for a minute.
create function claim_notifications(p_limit int) returns table (id bigint, kind text, severity text, title text, subject text, detail jsonb,
                                                                count int, created_at timestamptz, urls text[])
    language sql security definer set search_path = public, pg_temp as $$
    update notifications n set tell_at = now() + interval '1 minute',
            notified = jsonb_build_object('tries', coalesce((n.notified ->> 'tries')::int, 0) + 1)
        where n.id in (select d.id from notifications d where d.tell_at <= now() order by d.tell_at limit p_limit for update skip locked)
        returning n.id, n.kind, n.severity, n.title, n.subject, n.detail, n.count, n.created_at,
            array(select distinct b.notify_webhook_url from chatbots b where b.tenant_id = n.tenant_id and b.notify_webhook_url is not null order by 1)
$$;

-- What became of telling it. It is tried five times, further and further apart.
create function settle_notification(p_id bigint, p_ok boolean, p_words text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    update notifications n
        set notified = n.notified || jsonb_build_object('webhook', left(p_words, 500)),
            tell_at = case when not p_ok and (n.notified ->> 'tries')::int < 5 then now() + interval '1 minute' * 4 ^ (n.notified ->> 'tries')::int end
        where n.id = p_id
$$;

-- Words ------------------------------------------------------------------------------------------------------------------------------

create function message_of(p_payload text) returns jsonb
    language sql immutable return payload_json(p_payload) #> '{entry,0,changes,0,value,messages,0}';

-- Text, if it is text or a number, and says something.
create function said(p_value jsonb) returns text
    language sql immutable parallel safe
    return case when jsonb_typeof(p_value) in ('string', 'number') then nullif(btrim(left(p_value #>> '{}', 4096), e' \n\t\r'), '') end;

create function items(p_value jsonb) returns setof jsonb
    language sql immutable as $$
    select value from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else '[]' end) limit 50
$$;

-- A form's answers, one a line; response_json is a string that may hold anything.
create function form_words(p_response text, p_body text) returns text
    language plpgsql immutable as $$
declare
    answers text;
begin
    if p_response is null and p_body is null then
        return null;
    end if;
    begin
        select string_agg(key || ': ' || left(value, 500), '; ') into answers
            from jsonb_each_text(p_response::jsonb) where key <> 'flow_token';
    exception when others then
        answers := left(p_response, 1000);
    end;
    return concat_ws(' - ', p_body, answers);
end $$;

-- What one message says, by its own content alone.
create function content_words(m jsonb) returns text
    language plpgsql immutable as $$
begin
    return case m ->> 'type'
        when 'text' then coalesce(said(m #> '{text,body}'), '[empty message]')
        when 'button' then coalesce(said(m #> '{button,text}'), said(m #> '{button,payload}'), '[button]')
        when 'interactive' then coalesce(
            said(m #> '{interactive,button_reply,title}'),
            said(m #> '{interactive,list_reply,title}') || coalesce(' (' || said(m #> '{interactive,list_reply,description}') || ')', ''),
            '[form' || coalesce(' ' || said(m #> '{interactive,nfm_reply,name}'), '') || '] '
                || form_words(said(m #> '{interactive,nfm_reply,response_json}'), said(m #> '{interactive,nfm_reply,body}')),
            '[' || coalesce(said(m #> '{interactive,type}'), 'interactive') || '] '
                || left(case when jsonb_typeof(m -> 'interactive') = 'object' then ((m -> 'interactive') - 'type')::text else '' end, 1000))
        when 'location' then '[location] ' || concat_ws(', ', said(m #> '{location,name}'), said(m #> '{location,address}'),
            said(m #> '{location,latitude}') || ' ' || said(m #> '{location,longitude}'), said(m #> '{location,url}'))
        when 'contacts' then '[contact] ' || coalesce((select string_agg(concat_ws(', ',
                coalesce(said(c #> '{name,formatted_name}'), said(c #> '{name,first_name}')), said(c #> '{org,company}'),
                (select string_agg(coalesce(said(p -> 'phone'), said(p -> 'wa_id')), ', ') from items(c -> 'phones') p),
                (select string_agg(said(e -> 'email'), ', ') from items(c -> 'emails') e)), '; ') from items(m -> 'contacts') c), '')
        when 'order' then '[order] ' || concat_ws(' - ', (select string_agg(concat_ws(' ', coalesce(said(i -> 'quantity'), '1') || ' x',
                said(i -> 'product_retailer_id'), 'at ' || said(i -> 'item_price') || ' ' || coalesce(said(i -> 'currency'), '')), ', ')
                from items(m #> '{order,product_items}') i), said(m #> '{order,text}'))
        when 'reaction' then case when said(m #> '{reaction,emoji}') is null then '[reaction taken back]'
            else '[reaction] ' || said(m #> '{reaction,emoji}') end
        when 'image' then '[image] ' || coalesce(said(m #> '{image,caption}'), '')
        when 'video' then '[video] ' || coalesce(said(m #> '{video,caption}'), '')
        when 'document' then '[document] ' || concat_ws(': ', said(m #> '{document,filename}'), said(m #> '{document,caption}'))
        when 'audio' then case when m #>> '{audio,voice}' = 'true' then '[voice note] ' else '[audio] ' end
        when 'system' then '[event] ' || coalesce(said(m #> '{system,body}'), said(m #> '{system,type}'), '')
        when 'edit' then '[edited] ' || coalesce(content_words(case when jsonb_typeof(m #> '{edit,message}') = 'object'
            and m #>> '{edit,message,type}' <> 'edit' then m #> '{edit,message}' end), '')
        when 'revoke' then '[deleted a message]'
        else '[' || coalesce(left(said(m -> 'type'), 40), 'unknown') || ']'
    end;
end $$;

-- The words of a stored message, for the model and for the log: its content, what it refers to, and its transcript. Never raises.
create function message_words(p_payload text) returns text
    language plpgsql stable as $$
declare
    v jsonb := payload_json(p_payload) #> '{entry,0,changes,0,value}';
    m jsonb := v #> '{messages,0}';
begin
    return concat_ws(' ',
        '[from the advertisement "' || nullif(concat_ws(': ', said(m #> '{referral,headline}'), said(m #> '{referral,body}')), '') || '"'
            || coalesce(' ' || said(m #> '{referral,source_url}'), '') || ']',
        '[about the product ' || said(m #> '{context,referred_product,product_retailer_id}') || ']',
        '[answers "' || (select left(l.body, 120) from conversation_logs l
                         where m ->> 'type' in ('text', 'image', 'audio', 'video', 'document') and l.message_id = said(m #> '{context,id}')
                           and l.phone_number_id = v #>> '{metadata,phone_number_id}' limit 1) || '"]',
        nullif(left(btrim(content_words(m)), 8192), ''),
        (select a.words from media a where a.kind = 'audio' and a.message_id = m ->> 'id'
            and a.phone_number_id = v #>> '{metadata,phone_number_id}'));
exception when others then
    return '[unknown]';
end $$;

-- Notices ----------------------------------------------------------------------------------------------------------------------------

-- Meta's account events about accounts, numbers and templates, oldest first, to the tenants they concern. Returns how many it settled.
create function apply_account_events(p_batch int) returns int
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    event inbound_messages;
    change jsonb;
    v jsonb;
    bot chatbots;
    told int;
    settled int := 0;
begin
    for event in
        select * from inbound_messages where state = 'received' and kind = 'other' and due_at <= now() order by seq limit p_batch for update skip locked
    loop
        told := 0;
        change := payload_json(event.payload) #> '{entry,0,changes,0}';
        v := case when jsonb_typeof(change -> 'value') = 'object' then change -> 'value' else '{}' end;
        if change ->> 'field' ~ '(account|template|phone_number|business_capability|security|payment_configuration|partner)' or jsonb_typeof(v -> 'errors') = 'array' then
            for bot in
                select * from chatbots b
                where b.phone_number_id = event.phone_number_id or b.waba_id = said(payload_json(event.payload) #> '{entry,0,id}')
                   or b.display_phone_number = ltrim(coalesce(said(v -> 'display_phone_number'), said(v -> 'phone_number')), '+')
            loop
                perform notify(bot.tenant_id, coalesce(change ->> 'field', 'account_event'), account_event_severity(v), account_event_words(change ->> 'field', v),
                               coalesce(said(v -> 'message_template_name'), bot.phone_number_id), v);
                told := told + 1;
            end loop;
        end if;
        update inbound_messages set state = case when told > 0 then 'answered' else 'ended' end,
                reason = case when told = 0 then 'nobody to tell: ' || coalesce(left(change ->> 'field', 80), 'no field') end
            where phone_number_id = event.phone_number_id and message_id = event.message_id;
        settled := settled + 1;
    end loop;
    return settled;
end $$;
create index inbound_account_events on inbound_messages (seq) where state = 'received' and kind = 'other';

create function account_event_severity(v jsonb) returns text
    language sql immutable
    return case when v::text ~ '(DISABLE"|BAN|ACCOUNT_DELETED|PARTNER_REMOVED|VIOLATION|RESTRICTION|"LOCKED|CRITICAL)' then 'critical'
                when v::text ~ '(REJECTED|PAUSED|DISABLED|FLAGGED|DOWNGRADE|WARNING|YELLOW|RED"|errors|PIN_RESET)' then 'warning' else 'info' end;

create function account_event_words(p_field text, v jsonb) returns text
    language sql immutable
    return concat_ws(' - ', initcap(replace(coalesce(left(p_field, 80), 'account_event'), '_', ' ')), said(v -> 'message_template_name'),
        coalesce(said(v -> 'event'), said(v -> 'decision'), said(v #> '{alert_info,alert_type}'), said(v -> 'new_quality_score'), said(v -> 'new_category'),
                 said(v #> '{errors,0,title}')),
        coalesce(said(v #> '{rejection_info,reason}'), said(v #> '{violation_info,violation_type}'), said(v #> '{restriction_info,0,restriction_type}'),
                 said(v #> '{ban_info,waba_ban_state}'), said(v -> 'current_limit'), said(v #> '{alert_info,alert_description}'),
                 nullif(said(v -> 'reason'), 'NONE')));

select own_functions('notify', 'claim_notifications', 'settle_notification', 'payload_json', 'message_of', 'said', 'items', 'form_words',
                     'content_words', 'message_words', 'apply_account_events', 'account_event_severity', 'account_event_words');
grant execute on function payload_json, message_of, said, items, content_words, form_words, message_words, apply_account_events, claim_notifications, settle_notification to chatbot_app;
