-- WhatsApp as it is: every kind of message in words, people with several names, files, and what Meta tells of the account.
--
-- One source each: message_words says what a message says, find_contact who wrote it. What goes out: 012_whatsapp_sends.sql.

alter table chatbots
    add column waba_id text,                               -- learned from what Meta delivers: its notices name no number
    add column display_phone_number text,
    add column notices jsonb not null default '{}',        -- own words by situation and language; what is missing has the platform's
    add column opt_out_words jsonb not null default '{"en": ["stop", "unsubscribe"], "es": ["baja", "cancelar suscripción"], "de": ["stopp", "abmelden"], "fr": ["arrêt", "désabonner"], "it": ["basta", "annulla iscrizione"], "pt": ["parar", "sair"]}',
    add column opt_in_words jsonb not null default '{"en": ["start", "subscribe"], "es": ["alta"], "de": ["anmelden"], "fr": ["démarrer"], "it": ["avvia"], "pt": ["iniciar"]}',
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
create function find_contact(p_tenant uuid, p_phone text, p_user_id text, p_name text) returns uuid
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
create function find_conversation(p_phone_number_id text, p_senders text[]) returns jsonb
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
create function end_message(p_phone_number_id text, p_message_id text, p_run uuid, p_reason text) returns jsonb
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
create function apply_echo(p_phone_number_id text, p_echo jsonb) returns void
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

-- Notices ----------------------------------------------------------------------------------------------------------------------------

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
    foreach f in array array['notify', 'claim_notifications', 'settle_notification', 'payload_json', 'message_of', 'said', 'items', 'content_words', 'form_words', 'message_words', 'known_as',
                             'merge_contacts', 'keep_alias', 'change_identity', 'word_in', 'written_at', 'note_message', 'edit_message', 'delete_message',
                             'apply_notices', 'notice_severity', 'notice_words', 'end_noted', 'end_message', 'apply_echo', 'find_contact', 'find_conversation'] loop
        execute format('alter function %I owner to chatbot_owner', f);
        execute format('revoke execute on function %I from public', f);
    end loop;
end $$;
grant execute on function payload_json, message_of, said, items, content_words, form_words, message_words, note_message, end_noted,
    find_conversation, apply_notices, claim_notifications, settle_notification to chatbot_app;
