-- What a message says, in words: for the model, for the log, and for the portal.

-- A stored payload as JSON without NULs, which PostgreSQL can't keep; null when it is no JSON at all.
create or replace function payload_json(p_payload text) returns jsonb
    language plpgsql immutable as $$
begin
    return regexp_replace(p_payload, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb;
exception when others then
    return null;
end $$;
select own_functions('payload_json');
grant execute on function payload_json to chatbot_app;

create or replace function message_of(p_payload text) returns jsonb
    language sql immutable return payload_json(p_payload) #> '{entry,0,changes,0,value,messages,0}';
select own_functions('message_of');
grant execute on function message_of to chatbot_app;

-- The words of a value that is text or a number; null when it is something else or says nothing.
create or replace function said(p_value jsonb) returns text
    language sql immutable parallel safe
    return case when jsonb_typeof(p_value) in ('string', 'number')
        then nullif(btrim(left(p_value #>> '{}', 4096), e' \n\t\r'), '') end;
select own_functions('said');
grant execute on function said to chatbot_app;

-- A text as it was written, whatever its length; null where nothing in it can be seen. Beyond what any customer types,
-- a note for the model takes its place.
create or replace function whole_text(p_text text) returns text
    language sql immutable parallel safe
    return case when translate(left(p_text, 50000), e' \n\t\r\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060'
                               || e'\ufeff\u3164\u2800', '') <> '' then btrim(left(p_text, 50000), e' \n\t\r') end
        || case when length(p_text) > 50000
        then ' [the message goes on for ' || length(p_text) - 50000 || ' characters that were not read: say so]'
        else '' end;
select own_functions('whole_text');
grant execute on function whole_text to chatbot_app;

-- The first elements of a value that is an array; none when it is something else.
create or replace function items(p_value jsonb) returns setof jsonb
    language sql immutable as $$
    select value from jsonb_array_elements(case when jsonb_typeof(p_value) = 'array' then p_value else '[]' end)
        limit 50
$$;
select own_functions('items');
grant execute on function items to chatbot_app;

-- An answer of a form in words: of several choices each, of an address its parts; null where nothing was answered.
create or replace function answer_words(p_value jsonb) returns text
    language plpgsql immutable as $$
begin
    return case jsonb_typeof(p_value)
        when 'array' then nullif((select string_agg(answer_words(one), ', ') from items(p_value) one), '')
        when 'object' then (select string_agg(key || ': ' || answer_words(value), ', ') from jsonb_each(p_value))
        when 'null' then null
        else nullif(btrim(left(p_value #>> '{}', 500)), '') end;
end $$;
select own_functions('answer_words');
grant execute on function answer_words to chatbot_app;

-- A form's answers in one line. response_json is a string that may hold anything; some gateways hand on the object.
create or replace function form_words(p_response text, p_body text) returns text
    language plpgsql immutable as $$
declare
    answers text;
begin
    if p_response is null and p_body is null then
        return null;
    end if;
    begin
        select string_agg(key || ': ' || left(answer_words(value), 500), '; ') into answers
            from jsonb_each(left(p_response, 50000)::jsonb) where key <> 'flow_token';
    exception when others then
        answers := left(p_response, 1000);
    end;
    return concat_ws(' - ', p_body, answers);
end $$;
select own_functions('form_words');
grant execute on function form_words to chatbot_app;

-- What one message says, by its own content alone.
create or replace function content_words(m jsonb) returns text
    language plpgsql immutable as $$
begin
    return case m ->> 'type'
        when 'text' then coalesce(whole_text(m #>> '{text,body}'), '[empty message]')
        when 'button' then coalesce(said(m #> '{button,text}'), said(m #> '{button,payload}'), '[button]')
        when 'interactive' then coalesce(
            case when rating_tap(m) is not null then '[rating] '
                || coalesce(said(m #> '{interactive,button_reply,title}'),
                            said(m #> '{interactive,list_reply,title}'), '') end,
            said(m #> '{interactive,button_reply,title}'), said(m #> '{interactive,button_reply,id}'),
            said(m #> '{interactive,list_reply,title}')
                || coalesce(' (' || said(m #> '{interactive,list_reply,description}') || ')', ''),
            said(m #> '{interactive,list_reply,id}'),
            '[form' || coalesce(' ' || said(m #> '{interactive,nfm_reply,name}'), '') || '] '
                || form_words(nullif(btrim(m #>> '{interactive,nfm_reply,response_json}'), ''),
                              said(m #> '{interactive,nfm_reply,body}')),
            '[' || coalesce(said(m #> '{interactive,type}'), 'interactive') || '] '
                || left(case when jsonb_typeof(m -> 'interactive') = 'object'
                        then ((m -> 'interactive') - 'type')::text else '' end, 1000))
        when 'location' then '[location] ' || concat_ws(', ', said(m #> '{location,name}'),
                                                        said(m #> '{location,address}'),
            said(m #> '{location,latitude}') || ' ' || said(m #> '{location,longitude}'), said(m #> '{location,url}'))
        when 'contacts' then '[contact] ' || coalesce((select string_agg(concat_ws(', ',
                coalesce(said(c #> '{name,formatted_name}'), said(c #> '{name,first_name}')),
                    said(c #> '{org,company}'),
                (select string_agg(coalesce(said(p -> 'phone'), said(p -> 'wa_id')), ', ') from items(c -> 'phones') p),
                (select string_agg(said(e -> 'email'), ', ') from items(c -> 'emails') e)), '; ')
                    from items(m -> 'contacts') c), '')
        when 'order' then '[order] '
            || concat_ws(' - ', (select string_agg(concat_ws(' ', coalesce(said(i -> 'quantity'), '1') || ' x',
                said(i -> 'product_retailer_id'), 'at ' || said(i -> 'item_price') || ' '
                    || coalesce(said(i -> 'currency'), '')), ', ')
                from items(m #> '{order,product_items}') i), said(m #> '{order,text}'))
        when 'reaction' then case when said(m #> '{reaction,emoji}') is null then '[reaction taken back]'
            else '[reaction] ' || said(m #> '{reaction,emoji}') end
        when 'media_placeholder' then '[file]'  -- of a phone's past: what it was comes later
        when 'image' then '[image] ' || coalesce(said(m #> '{image,caption}'), '')
        when 'video' then '[video] ' || coalesce(said(m #> '{video,caption}'), '')
        when 'document' then '[document] ' || concat_ws(': ', said(m #> '{document,filename}'),
                                                        said(m #> '{document,caption}'))
        when 'audio' then case when m #>> '{audio,voice}' = 'true' then '[voice note] ' else '[audio] ' end
        when 'system' then '[event] ' || coalesce(said(m #> '{system,body}'), said(m #> '{system,type}'), '')
        when 'edit' then '[edited] ' || coalesce(content_words(case when jsonb_typeof(m #> '{edit,message}') = 'object'
            and m #>> '{edit,message,type}' <> 'edit' then m #> '{edit,message}' end), '')
        when 'revoke' then '[deleted a message]'
        when 'approval' then '[a colleague has decided]'
        else '[' || coalesce(left(said(m -> 'type'), 40), 'unknown') || ']'
    end;
end $$;
select own_functions('content_words');
grant execute on function content_words to chatbot_app;

-- Whether a message may be one of those that a turn answers. The others change something or nothing, by a run of their
-- own: receive_message() says why they get no answer.
create or replace function asks_something(m jsonb) returns boolean
    language sql immutable parallel safe
    return coalesce(m ->> 'type', '') not in ('edit', 'revoke', 'reaction', 'system', 'request_welcome')
        and coalesce(m #>> '{interactive,type}', '') not like 'call\_permission%' and m ->> 'group_id' is null
        and rating_tap(m) is null;
select own_functions('asks_something');

-- The words of a stored message, for the model and for the log: its content, what it refers to, and its transcript.
-- Never raises an error.
create or replace function message_words(p_payload text) returns text
    language plpgsql stable as $$
declare
    v jsonb := payload_json(p_payload) #> '{entry,0,changes,0,value}';
    m jsonb := v #> '{messages,0}';
begin
    return concat_ws(' ',
        '[from the advertisement "'
            || nullif(concat_ws(': ', said(m #> '{referral,headline}'), said(m #> '{referral,body}')), '') || '"'
            || coalesce(' ' || said(m #> '{referral,source_url}'), '') || ']',
        '[about the product ' || said(m #> '{context,referred_product,product_retailer_id}') || ']',
        '[answers "' || (select left(l.body, 120) from conversation_logs l
                         where m ->> 'type' in ('text', 'image', 'audio', 'video', 'document')
                             and l.message_id = said(m #> '{context,id}')
                           and l.phone_number_id = v #>> '{metadata,phone_number_id}' limit 1) || '"]',
        nullif(left(btrim(content_words(m)), 51000), ''),
        (select a.words from media a where a.kind = 'audio' and a.message_id = m ->> 'id'
            and a.phone_number_id = v #>> '{metadata,phone_number_id}'));
exception when others then
    return '[unknown]';
end $$;
select own_functions('message_words');
grant execute on function message_words to chatbot_app;

-- What stands before the words of a message that carries more than them; f/whatsapp/controls has the same marks.
create or replace function control_mark(p_content jsonb) returns text
    language sql immutable
    return '[' || case coalesce(p_content #>> '{interactive,type}', p_content ->> 'type')
        when 'cta_url' then 'link' when 'location_request_message' then 'location request'
        when 'product' then 'product' when 'product_list' then 'product' when 'flow' then 'form'
        when 'contacts' then 'contact' when 'reaction' then 'reaction' when 'audio' then 'voice note'
        else 'message' end || ']';
select own_functions('control_mark');

-- What was sent, in words, as the log and the model's history show it, whatever the message's form.
create or replace function sent_words(p_content jsonb) returns text
    language sql stable
    return case when p_content ? 'instead' then control_mark(p_content) || ' ' else '' end
        || case coalesce(p_content #>> '{instead,type}', p_content ->> 'type')
        when 'text' then coalesce(p_content #>> '{instead,text,body}', p_content #>> '{text,body}')
        when 'interactive' then concat_ws(e'\n', p_content #>> '{interactive,body,text}',
            (select string_agg('[' || coalesce(b #>> '{reply,title}', '') || ']', ' ')
             from items(p_content #> '{interactive,action,buttons}') b),
            (select string_agg(n || '. ' || coalesce(r.value ->> 'title', ''), e'\n' order by n)
             from jsonb_array_elements(case
                                       when jsonb_typeof(p_content #> '{interactive,action,sections,0,rows}') = 'array'
                                            then p_content #> '{interactive,action,sections,0,rows}'
                                                else '[]' end) with ordinality r(value, n)))
        when 'template' then '[template] ' || coalesce(p_content #>> '{template,name}', '')
        when 'document' then concat_ws(' ', '[document]', (select d.title from documents d
                                                           where d.id::text = p_content #>> '{document,knowledge}'),
            nullif(concat_ws(': ', p_content #>> '{document,filename}', p_content #>> '{document,caption}'), ''))
        when 'image' then concat_ws(' ', '[image]', p_content #>> '{image,caption}')
        when 'video' then concat_ws(' ', '[video]', p_content #>> '{video,caption}')
        when 'audio' then case when p_content #>> '{audio,voice}' = 'true' then '[voice note]' else '[audio]' end
        else '[' || coalesce(p_content ->> 'type', 'message') || ']' end;
select own_functions('sent_words');

-- Whether a text is one of these words, in any language.
create or replace function word_in(p_words jsonb, p_text text) returns boolean
    language sql immutable
    return exists (select from jsonb_each(case when jsonb_typeof(p_words) = 'object' then p_words else '{}' end) l,
                   items(l.value) w
                   where lower(w #>> '{}') = lower(btrim(p_text, e' \n\t.!¡"''')));
select own_functions('word_in');

-- When the customer wrote, by Meta's clock. A time that can't be true counts as now: Meta delivers for seven days,
-- and nothing comes from the future.
create or replace function written_at(m jsonb) returns timestamptz
    language sql stable
    return case when m ->> 'timestamp' ~ '^[0-9]{9,11}$'
                 and to_timestamp((m ->> 'timestamp')::bigint) between now() - interval '8 days' and now()
                then to_timestamp((m ->> 'timestamp')::bigint) else now() end;
select own_functions('written_at');

-- How old a message is by Meta's own clock: a delivery can be days late, and an operator can replay a run of last
-- month.
create or replace function message_age(p_message inbound_messages) returns interval
    language sql stable
    return (select now() - least(p_message.received_at, case when stamp ~ '^[0-9]{9,11}$'
                                 then to_timestamp(stamp::bigint) end)
            from (select payload_json(p_message.payload) #>> '{entry,0,changes,0,value,messages,0,timestamp}')
                 as payload(stamp));
select own_functions('message_age');
