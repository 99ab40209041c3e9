-- WhatsApp as it is: every kind of message in words, people with several names, what a send may do now, and what each error means.
--
-- One source each: message_words says what a message says, find_contact who wrote it, send_errors what an error asks for.

alter table chatbots
    add column waba_id text,                               -- learned from what Meta delivers: its notices name no number
    add column display_phone_number text,
    add column notices jsonb not null default '{}',        -- own words by situation and language; what is missing has the platform's
    add column opt_out_words jsonb not null default '{"en": ["stop", "unsubscribe"], "es": ["baja", "cancelar suscripción"], "de": ["stopp", "abmelden"], "fr": ["arrêt", "désabonner"], "pt": ["parar", "sair"]}',
    add column opt_in_words jsonb not null default '{"en": ["start", "subscribe"], "es": ["alta"], "de": ["anmelden"], "fr": ["démarrer"], "pt": ["iniciar"]}',
    add column window_template jsonb,                      -- {"name", "language", "parameters": [text, …]}: sent when the 24 hours are over
    add column sends_per_s real not null default 80 check (sends_per_s between 0.1 and 1000),
    add column send_documents boolean not null default false;  -- whether customers may be sent files of the knowledge base
create index chatbots_by_waba on chatbots (waba_id);

alter table contacts
    add column last_message_at timestamptz,                -- by Meta's clock: opens 24 hours of free-form replies
    add column notice_at timestamptz,                      -- when the person was last told that something can't be read
    add column notice_for text,
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
    read_at           timestamptz
);
create unique index notifications_unread on notifications (tenant_id, kind, subject, title) where read_at is null;
create index notifications_by_tenant on notifications (tenant_id, updated_at desc);

-- Throttles, shared by all workers: `next_at` is a token bucket in one timestamp, `blocked_until` what Meta has asked for.
create table send_rates (
    tenant_id         uuid not null references tenants on delete cascade,
    name              text not null,                       -- 'number <id>' or 'pair <id> <contact>'
    next_at           timestamptz not null default '-infinity',
    blocked_until     timestamptz not null default '-infinity',
    strikes           int not null default 0,
    primary key (tenant_id, name)
);

-- A tenant whose token, account or payment Meta refuses: nothing is sent until then, afterwards one message tries whether it works again.
create table send_stops (
    tenant_id         uuid primary key references tenants on delete cascade,
    code              int not null,
    reason            text not null,
    since             timestamptz not null default now(),
    until             timestamptz not null,
    times             int not null default 1
);

select isolate('contact_aliases'), isolate('media'), isolate('notifications'), isolate('send_rates'), isolate('send_stops');
grant select on contact_aliases, notifications, send_stops to chatbot_app;
grant update (read_at) on notifications to chatbot_app;
grant select, insert, update, delete on media to chatbot_app;

-- Meta's error table (autumn 2026): what a code asks for, whether it comes in a response or in a `failed` status.
--   retry      the same again, after `waits` seconds each   throttle_pair, throttle_number   the same, and everybody else waits, too
--   template   the 24 hours are over: the chatbot's template, or a mark   contact   this person can't be reached: mark them
--   by_phone   a user id is refused: by phone, if there is one   media   fetch or upload again once
--   ours       our own mistake: alert   stop   nothing more of this tenant, alert
create table send_errors (
    first_code        int primary key,
    last_code         int not null,
    action            text not null check (action in ('retry', 'throttle_pair', 'throttle_number', 'template', 'contact', 'by_phone', 'media', 'ours', 'stop')),
    waits             real[] not null default '{}',
    meaning           text not null
);
insert into send_errors values
    (131056, 131056, 'throttle_pair', '{1,4,16,64}', 'too many messages to this one person'),
    (130429, 130429, 'throttle_number', '{1,2,4,8}', 'too many messages from this number'),
    (4, 4, 'throttle_number', '{1,2,4,8}', 'too many calls of this app'),
    (80007, 80007, 'throttle_number', '{1,2,4,8}', 'too many calls of this account'),
    (1, 2, 'retry', '{1,3,9}', 'trouble at Meta'),
    (131000, 131000, 'retry', '{1,3,9}', 'trouble at Meta'),
    (131016, 131016, 'retry', '{1,3,9}', 'Meta is overloaded'),
    (133004, 133004, 'retry', '{1,3,9}', 'Meta is out of service for the moment'),
    (131057, 131057, 'retry', '{60}', 'the account is in maintenance'),
    (131047, 131047, 'template', '{}', 'the last message of the customer is over 24 hours old'),
    (131026, 131026, 'contact', '{}', 'the message can not be delivered to this person'),
    (131021, 131021, 'contact', '{}', 'sender and recipient are the same'),
    (131030, 131030, 'contact', '{}', 'the recipient is not on the list of allowed numbers'),
    (131050, 131050, 'contact', '{}', 'the person has stopped marketing messages'),
    (130403, 130403, 'contact', '{}', 'this person is blocked'),
    (130472, 130472, 'contact', '{}', 'the number is part of an experiment of Meta'),
    (131049, 131049, 'contact', '{}', 'Meta chose not to deliver this'),
    (131062, 131062, 'by_phone', '{}', 'a user id is not enough for this message'),
    (131051, 131051, 'ours', '{}', 'this type of message is not supported'),
    (131008, 131009, 'ours', '{}', 'a parameter is missing or has a wrong value'),
    (100, 100, 'ours', '{}', 'a parameter is wrong'),
    (135000, 135000, 'ours', '{}', 'the request is wrong'),
    (131052, 131053, 'media', '{0}', 'a file could not be fetched or uploaded'),
    (132000, 132999, 'ours', '{}', 'the template is wrong, missing or paused'),
    (0, 0, 'stop', '{}', 'the access token is not valid'),
    (3, 3, 'stop', '{}', 'the access token lacks a permission'),
    (10, 10, 'stop', '{}', 'the access token lacks a permission'),
    (190, 190, 'stop', '{}', 'the access token has expired'),
    (200, 299, 'stop', '{}', 'the access token lacks a permission'),
    (131005, 131005, 'stop', '{}', 'access is denied'),
    (368, 368, 'stop', '{}', 'the account is blocked for a breach of the rules'),
    (131031, 131031, 'stop', '{}', 'the account is locked'),
    (130497, 130497, 'stop', '{}', 'the account may not write to this country'),
    (131048, 131048, 'stop', '{}', 'too many messages of this number were reported as spam'),
    (131064, 131064, 'stop', '{}', 'the account is restricted'),
    (131042, 131042, 'stop', '{}', 'the payment method has a problem'),
    (131045, 131045, 'stop', '{}', 'the number is not registered'),
    (133010, 133010, 'stop', '{}', 'the number is not registered'),
    (33, 33, 'stop', '{}', 'the number has been deleted');
alter table send_errors owner to chatbot_owner;

-- {"action", "waits", "meaning"} of a code; one that nobody has heard of is not tried again and is told to the tenant.
create function send_error(p_code int) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce((select jsonb_build_object('action', e.action, 'waits', to_jsonb(e.waits), 'meaning', e.meaning)
                     from send_errors e where p_code between e.first_code and e.last_code),
                    jsonb_build_object('action', 'ours', 'waits', '[]'::jsonb, 'meaning', 'an error that is not in the table'));

create function notify(p_tenant uuid, p_kind text, p_severity text, p_title text, p_subject text, p_detail jsonb default '{}') returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into notifications (tenant_id, kind, severity, title, subject, detail)
        values (p_tenant, p_kind, p_severity, left(p_title, 300), left(p_subject, 200), p_detail)
        on conflict (tenant_id, kind, subject, title) where read_at is null
        do update set count = notifications.count + 1, updated_at = now(), detail = excluded.detail
$$;

-- Words ------------------------------------------------------------------------------------------------------------------------------

-- A stored payload as JSON without NULs, which PostgreSQL can't keep; null when it is not JSON at all.
create function payload_json(p_payload text) returns jsonb
    language plpgsql immutable as $$
begin
    return regexp_replace(p_payload, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb;
exception when others then
    return null;
end $$;

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
        when 'system' then '[notice] ' || coalesce(said(m #> '{system,body}'), said(m #> '{system,type}'), '')
        when 'edit' then '[edited] ' || coalesce(content_words(case when jsonb_typeof(m #> '{edit,message}') = 'object'
            and m #>> '{edit,message,type}' <> 'edit' then m #> '{edit,message}' end), '')
        when 'revoke' then '[deleted a message]'
        else '[' || coalesce(left(said(m -> 'type'), 40), 'unknown') || ']'
    end;
end $$;

-- The words of a stored message, for the model and for the log: its content, what it refers to, and its transcript. Never raises.
create or replace function message_words(p_payload text) returns text
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

-- People -----------------------------------------------------------------------------------------------------------------------------

-- The person with this phone or user id, now or formerly. A former phone counts for 30 days: numbers are given to other people.
create function known_as(p_tenant uuid, p_name text) returns uuid
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select id from contacts where tenant_id = p_tenant and user_id = p_name),
        (select id from contacts where tenant_id = p_tenant and phone = ltrim(p_name, '+')),
        (select contact_id from contact_aliases where tenant_id = p_tenant and alias = ltrim(p_name, '+')
            and (alias like '%.%' or created_at > now() - interval '30 days')));

-- Two rows turn out to be one person: everything that names the one is moved to the other. False while both are being answered.
create function merge_contacts(p_keep uuid, p_drop uuid) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    gone contacts;
    reference record;
begin
    if (select count(*) from turns where contact_id in (p_keep, p_drop) and state = 'active') > 1 then
        return false;
    end if;
    for reference in
        select c.conrelid::regclass as tab, a.attname as col
        from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
        where c.contype = 'f' and c.confrelid = 'contacts'::regclass and array_length(c.conkey, 1) = 1
    loop
        begin
            execute format('update %s set %I = $1 where %I = $2', reference.tab, reference.col, reference.col) using p_keep, p_drop;
        exception when unique_violation then
            null;  -- a row for each person: the kept person's is the one that counts
        end;
    end loop;
    delete from contacts where id = p_drop returning * into gone;
    update contacts c set phone = coalesce(c.phone, gone.phone), user_id = coalesce(c.user_id, gone.user_id),
            name = coalesce(c.name, gone.name), username = coalesce(c.username, gone.username), language = coalesce(c.language, gone.language),
            lead = gone.lead || c.lead, blocked = c.blocked or gone.blocked, paused_until = greatest(c.paused_until, gone.paused_until),
            opted_out_at = coalesce(c.opted_out_at, gone.opted_out_at), last_seen_at = greatest(c.last_seen_at, gone.last_seen_at),
            last_message_at = greatest(c.last_message_at, gone.last_message_at), created_at = least(c.created_at, gone.created_at)
        where c.id = p_keep;
    perform keep_alias(gone.tenant_id, p_keep, gone.phone), keep_alias(gone.tenant_id, p_keep, gone.user_id);
    return true;
end $$;

create function keep_alias(p_tenant uuid, p_contact uuid, p_alias text) returns void
    language sql security definer set search_path = public, pg_temp as $$
    insert into contact_aliases (tenant_id, alias, contact_id)
        select p_tenant, p_alias, p_contact
        where p_alias is not null and not exists (select from contacts where id = p_contact and p_alias in (phone, user_id))
        on conflict (tenant_id, alias) do update set contact_id = excluded.contact_id, created_at = now()
$$;

-- A contact is found by user id or by phone, whichever is there, and learns the other when both come; two rows that meet become one.
-- A phone that comes with another user id than it had belongs to another person now, unless Meta has said that the id was changed.
create or replace function find_contact(p_tenant uuid, p_phone text, p_user_id text, p_name text) returns uuid
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_phone text := nullif(ltrim(btrim(p_phone), '+'), '');
    new_user text := nullif(btrim(p_user_id), '');
    by_phone contacts;
    by_user contacts;
    person contacts;
begin
    if new_phone is null and new_user is null then
        return null;
    end if;
    for attempt in 1..5 loop
        begin
            perform 1 from contacts where id in (known_as(p_tenant, new_phone), known_as(p_tenant, new_user)) order by id for update;
            select * into by_phone from contacts where id = known_as(p_tenant, new_phone);
            select * into by_user from contacts where id = known_as(p_tenant, new_user);
            person := by_user;
            if by_phone.id is not null and by_phone.id is distinct from by_user.id then
                if by_phone.user_id is not null and new_user is not null then
                    update contacts set phone = null where id = by_phone.id;
                elsif by_user.id is null then
                    person := by_phone;
                elsif not merge_contacts(by_user.id, by_phone.id) then
                    new_phone := null;  -- both are being answered right now: their next message joins them
                end if;
            end if;
            if person.id is null then
                insert into contacts (tenant_id, phone, user_id, name, last_seen_at) values (p_tenant, new_phone, new_user, p_name, now())
                    returning * into person;
                delete from contact_aliases where tenant_id = p_tenant and alias in (new_phone, new_user);
                return person.id;
            end if;
            update contacts c
            set name = coalesce(nullif(btrim(p_name), ''), c.name), last_seen_at = now(), user_id = coalesce(c.user_id, new_user),
                phone = case when exists (select from contact_aliases a where a.contact_id = c.id and a.alias = new_phone) then c.phone
                             else coalesce(new_phone, c.phone) end
            where c.id = person.id;
            perform keep_alias(p_tenant, person.id, person.phone);
            return person.id;
        exception when unique_violation then
            null;  -- another run made the same contact in this moment: look again
        end;
    end loop;
    raise exception 'the contact could not be stored';
end $$;

-- Meta's notice that a person has another number or user id: the history moves with them.
create function change_identity(p_tenant uuid, p_contact uuid, p_phone text, p_user_id text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    c contacts;
    other uuid;
begin
    select * into c from contacts where id = p_contact for update;
    foreach other in array array[known_as(p_tenant, p_phone), known_as(p_tenant, p_user_id)] loop
        if other <> p_contact then
            perform merge_contacts(p_contact, other);
        end if;
    end loop;
    delete from contact_aliases where tenant_id = p_tenant and alias in (p_phone, p_user_id);
    update contacts set phone = coalesce(p_phone, phone), user_id = coalesce(p_user_id, user_id) where id = p_contact;
    perform keep_alias(p_tenant, p_contact, c.phone), keep_alias(p_tenant, p_contact, c.user_id);
end $$;

-- Whose conversation it would be, for a dry run: nothing is written, no contact is made.
create or replace function find_conversation(p_phone_number_id text, p_senders text[]) returns jsonb
    language sql stable security definer set search_path = public, pg_temp
    return coalesce(
        (select jsonb_build_object('status', 'opened', 'tenant_id', b.tenant_id, 'contact_id',
                    (select known_as(b.tenant_id, s.name) from unnest(p_senders) s(name) where known_as(b.tenant_id, s.name) is not null limit 1))
         from chatbots b where b.phone_number_id = p_phone_number_id),
        jsonb_build_object('status', 'ended', 'reason', 'no chatbot has this phone_number_id'));

-- Messages ---------------------------------------------------------------------------------------------------------------------------

create function word_in(p_words jsonb, p_text text) returns boolean
    language sql immutable
    return exists (select from jsonb_each(case when jsonb_typeof(p_words) = 'object' then p_words else '{}' end) l, items(l.value) w
                   where lower(w #>> '{}') = lower(btrim(p_text, e' \n\t.!¡"''')));

-- When the customer wrote, by Meta's clock, as far as it can be: Meta delivers for seven days, and nothing comes from the future.
create function written_at(m jsonb) returns timestamptz
    language sql stable
    return case when m ->> 'timestamp' ~ '^[0-9]{9,11}$' and to_timestamp((m ->> 'timestamp')::bigint) between now() - interval '8 days' and now()
                then to_timestamp((m ->> 'timestamp')::bigint) else now() end;

-- What a message changes before anybody thinks about an answer: who wrote, opt-outs, edits, deletions, changed numbers. Running it again is
-- harmless. Returns {"phone", "user_id", "name", "contact_id"?, "end"?: the reason why there is no answer, "notice"?: one to give instead}.
create function note_message(p_phone_number_id text, p_payload text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    body jsonb := payload_json(p_payload);
    v jsonb := body #> '{entry,0,changes,0,value}';
    m jsonb := v #> '{messages,0}';
    person jsonb := (select p from items(v -> 'contacts') p where jsonb_typeof(p) = 'object' limit 1);
    bot chatbots;
    c contacts;
    words text;
    answer jsonb;
begin
    answer := jsonb_build_object('phone', coalesce(said(m -> 'from'), said(person -> 'wa_id')), 'name', said(person #> '{profile,name}'),
                                 'user_id', coalesce(said(m -> 'from_user_id'), said(person -> 'user_id')));
    select * into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if not found then
        return answer;
    end if;
    if said(body #> '{entry,0,id}') is not null and (bot.waba_id is null or bot.display_phone_number is null) then
        update chatbots b set waba_id = said(body #> '{entry,0,id}'), display_phone_number = ltrim(said(v #> '{metadata,display_phone_number}'), '+')
            where b.phone_number_id = p_phone_number_id;
    end if;
    c.id := find_contact(bot.tenant_id, answer ->> 'phone', answer ->> 'user_id', answer ->> 'name');
    if c.id is null then
        perform notify(bot.tenant_id, 'unknown_sender', 'warning', 'A message names no sender: it is stored, and nobody can be answered',
                       p_phone_number_id, jsonb_build_object('message_id', m -> 'id'));
        return answer;
    end if;
    update contacts k set username = coalesce(ltrim(said(person #> '{profile,username}'), '@'), k.username),
            last_message_at = case when m ->> 'type' = 'system' then k.last_message_at else greatest(k.last_message_at, written_at(m)) end,
            send_error_code = null, send_error_at = null
        where k.id = c.id returning * into c;
    answer := answer || jsonb_build_object('contact_id', c.id);
    words := content_words(m);
    if said(m -> 'group_id') is not null then
        return answer || '{"end": "written in a group: only conversations of two are answered"}';
    end if;
    case coalesce(m ->> 'type', '')
        when 'system' then
            if m #>> '{system,type}' in ('user_changed_number', 'user_changed_user_id') then
                perform change_identity(bot.tenant_id, c.id, ltrim(coalesce(said(m #> '{system,wa_id}'), said(m #> '{system,new_wa_id}')), '+'),
                                        coalesce(said(m #> '{system,user_id}'), said(m #> '{system,new_user_id}')));
            end if;
            return answer || jsonb_build_object('end', 'a notice of WhatsApp, not a message: ' || coalesce(said(m #> '{system,type}'), 'unknown'));
        when 'reaction' then
            return answer || '{"end": "a reaction: logged, not answered"}';
        when 'edit' then
            perform edit_message(p_phone_number_id, c.id, said(m #> '{edit,original_message_id}'), m #> '{edit,message}');
            return answer || '{"end": "an edit: the log shows the new words"}';
        when 'revoke' then
            perform delete_message(p_phone_number_id, c.id, said(m #> '{revoke,original_message_id}'));
            return answer || jsonb_build_object('end', 'a deletion of ' || coalesce(said(m #> '{revoke,original_message_id}'), 'nothing'));
        when 'text', 'button', 'interactive' then
            if word_in(bot.opt_out_words, words) then
                update contacts set opted_out_at = coalesce(opted_out_at, now()) where id = c.id;
                return answer || '{"end": "the contact has opted out"}';
            elsif word_in(bot.opt_in_words, words) and c.opted_out_at is not null then
                update contacts set opted_out_at = null, notice_at = now(), notice_for = m ->> 'id' where id = c.id;
                return answer || '{"notice": "welcome_back"}';
            elsif c.notice_for = m ->> 'id' then
                return answer || '{"notice": "welcome_back"}';  -- the same run again
            end if;
        when 'image', 'video', 'document', 'audio', 'location', 'contacts', 'order' then
            null;  -- a question like any other
        else
            if c.notice_for is distinct from m ->> 'id' and c.notice_at > now() - interval '1 day' then
                return answer || '{"end": "it can not be read, and the customer was told so already"}';
            end if;
            update contacts set notice_at = now(), notice_for = m ->> 'id' where id = c.id;
            return answer || '{"notice": "not_understood"}';
    end case;
    if exists (select from inbound_messages i where i.contact_id = c.id and i.reason = 'a deletion of ' || (m ->> 'id')) then
        return answer || '{"end": "the customer has deleted it"}';
    end if;
    return answer;
end $$;

-- The customer changed what a message says: the log does, too, and so does the question if nobody has answered it yet.
create function edit_message(p_phone_number_id text, p_contact uuid, p_original text, p_message jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    new_kind text := p_message ->> 'type';
begin
    if new_kind is null or jsonb_typeof(p_message -> new_kind) is distinct from 'object' then
        return;
    end if;
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                message_of(i.payload) || jsonb_build_object('type', new_kind, new_kind, p_message -> new_kind))::text
        where i.phone_number_id = p_phone_number_id and i.message_id = p_original and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact and message_of(i.payload) is not null;
    update conversation_logs set body = '[edited] ' || content_words(p_message)
        where phone_number_id = p_phone_number_id and message_id = p_original and direction = 'in' and contact_id = p_contact;
end $$;

-- The customer deleted a message: its words and files go, and it is not answered any more.
create function delete_message(p_phone_number_id text, p_contact uuid, p_original text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update inbound_messages i
        set payload = jsonb_set(payload_json(i.payload), '{entry,0,changes,0,value,messages,0}',
                                jsonb_build_object('id', i.message_id, 'type', 'deleted message'))::text,
            state = case when i.state in ('received', 'handed_over', 'waiting') then 'ended' else i.state end,
            reason = case when i.state in ('received', 'handed_over', 'waiting') then 'the customer has deleted it' else i.reason end
        where i.phone_number_id = p_phone_number_id and i.message_id = p_original and i.kind = 'message'
          and known_as((select tenant_id from contacts where id = p_contact), i.sender) = p_contact and message_of(i.payload) is not null;
    update conversation_logs set body = '[deleted message]'
        where phone_number_id = p_phone_number_id and message_id = p_original and direction = 'in' and contact_id = p_contact;
    delete from media where phone_number_id = p_phone_number_id and message_id = p_original and contact_id = p_contact;
end $$;

-- Closes a message without a turn. Its conversation log is written all the same: a human may be reading along.
create or replace function end_message(p_phone_number_id text, p_message_id text, p_run uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    message inbound_messages;
    bot chatbots;
    person uuid;
begin
    update inbound_messages i set state = 'ended', reason = p_reason, run_id = p_run
        where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id and i.state not in ('answered', 'ended', 'dead')
        returning * into message;
    select b.* into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    if message.message_id is not null and bot.tenant_id is not null then
        person := known_as(bot.tenant_id, message.sender);
        update inbound_messages i set contact_id = person
            where i.phone_number_id = p_phone_number_id and i.message_id = p_message_id;
        if person is not null then
            insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status, created_at)
                values (bot.tenant_id, person, p_phone_number_id, 'in', p_message_id, message_words(message.payload), 'not answered', message.received_at)
                on conflict do nothing;
        end if;
    end if;
    return jsonb_build_object('status', 'ended', 'reason', p_reason, 'tenant_id', bot.tenant_id, 'contact_id', person);
exception when untranslatable_character then
    raise exception 'the message holds characters that can not be stored';
end $$;

-- Closes a message that asks nothing. What was left to its run, because it was the newest, gets a run of its own.
create function end_noted(p_phone_number_id text, p_message_id text, p_run uuid, p_contact uuid, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    result jsonb;
begin
    perform 1 from contacts where id = p_contact for update;
    result := end_message(p_phone_number_id, p_message_id, p_run, p_reason);
    if not exists (select from turns where contact_id = p_contact and state = 'active') then
        perform wake_waiting(p_contact);
    end if;
    return result;
end $$;

-- The business wrote from its own phone app: a human is talking. It is logged, and the bot is quiet for that person.
create or replace function apply_echo(p_phone_number_id text, p_echo jsonb) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    bot chatbots;
    person uuid;
begin
    select * into bot from chatbots b where b.phone_number_id = p_phone_number_id;
    person := find_contact(bot.tenant_id, said(p_echo -> 'to'), said(p_echo -> 'to_user_id'), null);
    if bot.tenant_id is null or person is null then
        return;
    end if;
    update contacts c set paused_until = greatest(c.paused_until, now() + interval '12 hours') where c.id = person;
    insert into conversation_logs (tenant_id, contact_id, phone_number_id, direction, message_id, body, status)
        select bot.tenant_id, person, p_phone_number_id, 'out', p_echo ->> 'id', content_words(p_echo), 'by a human'
        where not exists (select from conversation_logs l where l.phone_number_id = p_phone_number_id and l.message_id = p_echo ->> 'id');
end $$;

-- Sends ------------------------------------------------------------------------------------------------------------------------------

-- A place in a token bucket: one message every p_every, p_burst of them at once. Returns the seconds to wait; 0: taken.
create function take_place(p_tenant uuid, p_name text, p_every interval, p_burst int) returns double precision
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    r send_rates;
    free_at timestamptz;
begin
    insert into send_rates (tenant_id, name) values (p_tenant, p_name) on conflict do nothing;
    select * into r from send_rates where tenant_id = p_tenant and name = p_name for update;
    free_at := greatest(r.next_at - p_every * (p_burst - 1), r.blocked_until);
    if free_at > clock_timestamp() then
        return extract(epoch from free_at - clock_timestamp());
    end if;
    update send_rates set next_at = greatest(r.next_at, clock_timestamp()) + p_every where tenant_id = p_tenant and name = p_name;
    return 0;
end $$;

-- Whether a part may be sent now: {"do": "go"} | {"do": "wait", "seconds"} | {"do": "stop", "reason"}. A part that may not be sent is
-- marked with the reason. Outside the 24 hours the chatbot's template takes the reply's place, if there is one.
create function may_send(p_turn uuid, p_epoch int, p_part int) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
    bot chatbots;
    c contacts;
    o outbound_messages;
    stop send_stops;
    seconds double precision;
begin
    perform hold_turn(p_turn, p_epoch);
    select * into t from turns where id = p_turn and tenant_id = current_tenant();
    select * into c from contacts where id = t.contact_id;
    select * into bot from chatbots b where b.phone_number_id = t.phone_number_id;
    select * into o from outbound_messages where turn_id = p_turn and part = p_part;
    if o.state is distinct from 'pending' then
        return '{"do": "go"}';  -- claim_part knows what to do with it
    end if;
    select * into stop from send_stops where tenant_id = t.tenant_id for update;
    if stop.until > now() then
        return refuse_part(p_turn, p_part, null, 'this business can not send at the moment: ' || stop.reason);
    end if;
    if coalesce(c.last_message_at, c.last_seen_at) < now() - interval '24 hours' and o.content ->> 'type' <> 'template'
       and not use_template(p_turn, p_epoch, p_part) then
        return refuse_part(p_turn, p_part, 131047, 'the customer''s last message is over 24 hours old, and the chatbot has no template for that');
    end if;
    seconds := take_place(t.tenant_id, 'pair ' || t.phone_number_id || ' ' || t.contact_id, interval '6 seconds', 45);
    if seconds = 0 then
        seconds := take_place(t.tenant_id, 'number ' || t.phone_number_id, make_interval(secs => 1 / bot.sends_per_s), greatest(1, bot.sends_per_s::int));
    end if;
    if seconds > 0 then
        return jsonb_build_object('do', 'wait', 'seconds', seconds);
    end if;
    if stop.tenant_id is not null then  -- this message tries whether it works again; the others wait for what becomes of it
        update send_stops set until = now() + interval '1 minute' where tenant_id = t.tenant_id;
    end if;
    return '{"do": "go"}';
end $$;

create function refuse_part(p_turn uuid, p_part int, p_code int, p_reason text) returns jsonb
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    update outbound_messages set state = 'failed', error_code = p_code, error = p_reason, updated_at = now()
        where turn_id = p_turn and part >= p_part and state = 'pending';
    return jsonb_build_object('do', 'stop', 'reason', p_reason);
end $$;

-- Puts the chatbot's template in the reply's place; false: it has none. Only the first part is worth it.
create function use_template(p_turn uuid, p_epoch int, p_part int) returns boolean
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    template jsonb;
    parameters jsonb;
begin
    perform hold_turn(p_turn, p_epoch);
    select b.window_template into template from chatbots b join turns t using (phone_number_id)
        where t.id = p_turn and t.tenant_id = current_tenant();
    if said(template -> 'name') is null or p_part > 1 then
        return false;
    end if;
    select jsonb_agg(jsonb_build_object('type', 'text', 'text', said(p))) into parameters from items(template -> 'parameters') p;
    update outbound_messages set state = 'pending', error = null, error_code = null, content = jsonb_build_object('type', 'template', 'template',
            jsonb_build_object('name', said(template -> 'name'), 'language', jsonb_build_object('code', coalesce(said(template -> 'language'), 'en')))
            || case when parameters is null then '{}' else jsonb_build_object('components', jsonb_build_array(
                   jsonb_build_object('type', 'body', 'parameters', parameters))) end)
        where turn_id = p_turn and part = p_part and state in ('pending', 'failed') and content ->> 'type' <> 'template';
    if not found then
        return false;
    end if;
    update outbound_messages set state = 'cancelled', error = 'a template was sent instead' where turn_id = p_turn and part > p_part and state = 'pending';
    return true;
end $$;

-- What an error or a success means beyond the one message, whether it came in a response or in a status.
create function learn_from_send() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    t turns;
    what jsonb;
    wait real;
begin
    select * into t from turns where id = new.turn_id;
    if new.state in ('sent', 'delivered', 'read', 'played') then
        if old.state not in ('sent', 'delivered', 'read', 'played') then
            update send_rates set strikes = 0
                where tenant_id = new.tenant_id and name in ('pair ' || t.phone_number_id || ' ' || t.contact_id, 'number ' || t.phone_number_id) and strikes > 0;
            delete from send_stops where tenant_id = new.tenant_id;
            if found then
                perform notify(new.tenant_id, 'sends_resumed', 'info', 'Messages go out again', t.phone_number_id);
            end if;
        end if;
        return null;
    end if;
    if new.error_code is null or (new.error_code = old.error_code and new.attempts = old.attempts and new.state = old.state) then
        return null;
    end if;
    what := send_error(new.error_code);
    case what ->> 'action'
        when 'throttle_pair', 'throttle_number' then
            wait := coalesce((what -> 'waits' ->> least(new.attempts - 1, 3))::real, 1);
            insert into send_rates (tenant_id, name, blocked_until, strikes)
                values (new.tenant_id, case what ->> 'action' when 'throttle_pair' then 'pair ' || t.phone_number_id || ' ' || t.contact_id
                                       else 'number ' || t.phone_number_id end,
                        -- jitter, so that all the workers do not come back in the same moment
                        clock_timestamp() + make_interval(secs => wait * case what ->> 'action' when 'throttle_number' then 1 + random() / 2 else 1 end), 1)
                on conflict (tenant_id, name) do update set strikes = send_rates.strikes + 1,
                    blocked_until = greatest(send_rates.blocked_until, excluded.blocked_until);
        when 'contact', 'template', 'by_phone' then
            -- skipped while somebody holds the contact: it is locked before a part everywhere else
            update contacts set send_error_code = new.error_code, send_error_at = now()
                where id = (select id from contacts where id = t.contact_id for update skip locked);
        when 'stop' then
            insert into send_stops (tenant_id, code, reason, until) values (new.tenant_id, new.error_code, what ->> 'meaning', now() + interval '5 minutes')
                on conflict (tenant_id) do update set code = excluded.code, reason = excluded.reason, times = send_stops.times + 1,
                    until = now() + least(interval '4 hours', interval '5 minutes' * 2 ^ least(send_stops.times, 10));
            perform notify(new.tenant_id, 'sends_stopped', 'critical', 'No message goes out: ' || (what ->> 'meaning'), t.phone_number_id,
                           jsonb_build_object('code', new.error_code, 'error', new.error));
        when 'ours' then
            perform notify(new.tenant_id, 'send_refused', 'warning', 'A message was refused: ' || (what ->> 'meaning'), new.error_code::text,
                           jsonb_build_object('code', new.error_code, 'error', new.error, 'turn_id', new.turn_id));
        else null;
    end case;
    return null;
end $$;
create trigger learn_from_send after update of state, error_code on outbound_messages for each row execute function learn_from_send();

-- A new access token is a new chance.
create function resume_sends() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    delete from send_stops where tenant_id = new.id;
    return null;
end $$;
create trigger resume_sends after update of whatsapp_token on tenants for each row execute function resume_sends();

-- What was sent, in words: as the log and the model's history show it, whatever the message's form.
create function sent_words(p_content jsonb) returns text
    language sql immutable
    return case p_content ->> 'type'
        when 'text' then p_content #>> '{text,body}'
        when 'interactive' then concat_ws(e'\n', p_content #>> '{interactive,body,text}',
            (select string_agg('[' || coalesce(b #>> '{reply,title}', '') || ']', ' ') from items(p_content #> '{interactive,action,buttons}') b),
            (select string_agg(n || '. ' || coalesce(r.value ->> 'title', ''), e'\n' order by n)
             from jsonb_array_elements(case when jsonb_typeof(p_content #> '{interactive,action,sections,0,rows}') = 'array'
                                            then p_content #> '{interactive,action,sections,0,rows}' else '[]' end) with ordinality r(value, n)))
        when 'template' then '[template] ' || coalesce(p_content #>> '{template,name}', '')
        else '[' || coalesce(p_content ->> 'type', 'message') || ']' end;

create function log_in_words() returns trigger
    language plpgsql security definer set search_path = public, pg_temp as $$
begin
    select coalesce(sent_words(o.content), new.body) into new.body from outbound_messages o where o.send_id = new.send_id;
    return new;
end $$;
create trigger log_in_words before insert on conversation_logs for each row
    when (new.direction = 'out' and new.send_id is not null and new.body like '{%') execute function log_in_words();

-- Meta's notices about accounts, numbers and templates, oldest first, to the tenants they concern. Returns how many it settled.
create function apply_notices(p_batch int) returns int
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
                perform notify(bot.tenant_id, coalesce(change ->> 'field', 'notice'), notice_severity(v), notice_words(change ->> 'field', v),
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
create index inbound_notices on inbound_messages (seq) where state = 'received' and kind = 'other';

create function notice_severity(v jsonb) returns text
    language sql immutable
    return case when v::text ~ '(DISABLE"|BAN|ACCOUNT_DELETED|PARTNER_REMOVED|VIOLATION|RESTRICTION|"LOCKED|CRITICAL)' then 'critical'
                when v::text ~ '(REJECTED|PAUSED|DISABLED|FLAGGED|DOWNGRADE|WARNING|YELLOW|RED"|errors|PIN_RESET)' then 'warning' else 'info' end;

create function notice_words(p_field text, v jsonb) returns text
    language sql immutable
    return concat_ws(' - ', initcap(replace(coalesce(left(p_field, 80), 'notice'), '_', ' ')), said(v -> 'message_template_name'),
        coalesce(said(v -> 'event'), said(v -> 'decision'), said(v #> '{alert_info,alert_type}'), said(v -> 'new_quality_score'), said(v -> 'new_category'),
                 said(v #> '{errors,0,title}')),
        coalesce(said(v #> '{rejection_info,reason}'), said(v #> '{violation_info,violation_type}'), said(v #> '{restriction_info,0,restriction_type}'),
                 said(v #> '{ban_info,waba_ban_state}'), said(v -> 'current_limit'), said(v #> '{alert_info,alert_description}'),
                 nullif(said(v -> 'reason'), 'NONE')));

do $$
declare f text;
begin
    foreach f in array array['send_error', 'notify', 'payload_json', 'message_of', 'said', 'items', 'content_words', 'form_words', 'message_words', 'known_as',
                             'merge_contacts', 'keep_alias', 'change_identity', 'word_in', 'written_at', 'note_message', 'edit_message', 'delete_message',
                             'take_place', 'may_send', 'refuse_part', 'use_template', 'learn_from_send', 'resume_sends', 'sent_words', 'log_in_words', 'apply_notices', 'notice_severity',
                             'notice_words', 'end_noted', 'end_message', 'apply_echo', 'find_contact', 'find_conversation'] loop
        execute format('alter function %I owner to chatbot_owner', f);
        execute format('revoke execute on function %I from public', f);
    end loop;
end $$;
grant execute on function send_error, payload_json, message_of, said, items, content_words, form_words, message_words, note_message, end_noted, may_send,
    use_template, find_conversation, apply_notices to chatbot_app;
