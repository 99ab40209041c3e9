-- The files that customers send, as far as no turn has taken them in: each is fetched all the same, for the staff.
--
-- A message that ends without a turn (the bot is paused, switched off or closed, a limit is reached) leaves a row with
-- a time in fetch_at; so does a file that a turn could not fetch. load_context fetches at once what its own message
-- brought, f/chatbot/fetch_files whatever is left.

-- Notes that a message has brought a file which is not here. Nothing where the file is noted already.
create or replace function expect_file(p_tenant uuid, p_contact uuid, p_message inbound_messages) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    m jsonb := message_of(p_message.payload);
    file jsonb := m -> (m ->> 'type');
begin
    if m ->> 'type' not in ('image', 'audio', 'video', 'document', 'sticker') or said(file -> 'id') is null
       or said(m -> 'group_id') is not null then
        return;
    end if;
    insert into media (phone_number_id, message_id, tenant_id, contact_id, kind, mime_type, filename, fetch_at)
        values (p_message.phone_number_id, p_message.message_id, p_tenant, p_contact, m ->> 'type',
                lower(btrim(split_part(coalesce(said(file -> 'mime_type'), ''), ';', 1))),
                left(coalesce(said(file -> 'filename'), ''), 200), now())
        on conflict do nothing;
end $$;
select own_functions('expect_file');

-- The files that are due to be fetched, of one contact or of all tenants: {tenant_id, contact_id, phone_number_id,
-- message_id, kind, mime_type, file: Meta's id of it}. Nobody else gets them for two minutes. Each is tried five times,
-- within some ten hours.
create or replace function claim_files(p_limit int, p_contact uuid default null)
    returns table (tenant_id uuid, contact_id uuid, phone_number_id text, message_id text, kind text, mime_type text,
                   file text)
    language sql security definer set search_path = public, pg_temp as $$
    update media f set tries = f.tries + 1, fetch_at = now() + interval '2 minutes' * 4 ^ f.tries
        from inbound_messages i
        where i.phone_number_id = f.phone_number_id and i.message_id = f.message_id
          and (f.phone_number_id, f.message_id) in (
            select d.phone_number_id, d.message_id from media d
            where d.fetch_at <= now() and (p_contact is null or d.contact_id = p_contact)
            order by d.fetch_at limit p_limit for update skip locked)
        returning f.tenant_id, f.contact_id, f.phone_number_id, f.message_id, f.kind, f.mime_type,
            said(message_of(i.payload) -> (message_of(i.payload) ->> 'type') -> 'id')
$$;
select own_functions('claim_files');
grant execute on function claim_files to chatbot_app;

-- Keeps a file that was fetched for the staff, or why it can't be: p_problem. One that could not be reached is tried
-- again as claim_files has planned it, up to five times. What is said in a voice note stands in the log from now on.
create or replace function keep_file(p_phone_number_id text, p_message_id text, p_content bytea, p_words text,
    p_problem text) returns void
    language plpgsql security definer set search_path = public, pg_temp as $$
declare
    f media;
begin
    update media set content = coalesce(p_content, content), size_bytes = coalesce(length(p_content), size_bytes),
            words = coalesce(p_words, words), problem = coalesce(p_problem, case when words is null then problem end),
            fetch_at = case when p_problem = 'unreachable' and tries < 5 then fetch_at end
        where phone_number_id = p_phone_number_id and message_id = p_message_id and tenant_id = current_tenant()
        returning * into f;
    if f.kind = 'audio' and p_words is not null then
        update conversation_logs l set body = message_words(i.payload) from inbound_messages i
            where l.phone_number_id = p_phone_number_id and l.message_id = p_message_id and l.direction = 'in'
              and l.body <> '[deleted message]' and i.phone_number_id = l.phone_number_id
              and i.message_id = l.message_id;
    end if;
end $$;
select own_functions('keep_file');
grant execute on function keep_file to chatbot_app;

-- A file of a thread for the staff, either way: {kind, mime_type, filename, size_bytes, content}, content from p_first
-- (0 is the first byte), p_bytes of it at most; null where it is gone.
create or replace function staff_file(p_id uuid, p_first int, p_bytes int)
    returns table (kind text, mime_type text, filename text, size_bytes int, piece bytea)
    language sql stable as $$
    select f.kind, f.mime_type, f.filename, f.size_bytes, substr(f.content, p_first + 1, p_bytes) from media f
        where f.id = p_id
    union all
    select f.kind, f.mime_type, f.filename, f.size_bytes, substr(f.content, p_first + 1, p_bytes) from staff_files f
        where f.id = p_id
$$;
select own_functions('staff_file');
grant execute on function staff_file to chatbot_app;

-- What the staff's page knows of the file of a message: {id, kind, name, mime, size, transcript, state, problem};
-- null: it has none. state: here, coming (it is being fetched), gone (problem says why, or it is older than files are
-- kept).
create or replace function message_file(p_log conversation_logs) returns jsonb
    language sql stable as $$
    select jsonb_build_object('id', f.id, 'kind', f.kind, 'name', nullif(f.filename, ''), 'mime', f.mime_type,
                              'size', f.size_bytes, 'transcript', f.transcript, 'state', f.state,
                              'problem', case when f.state = 'gone' then f.problem end)
    from (
        select m.id, m.kind, m.filename, m.mime_type, m.size_bytes, m.problem,
               case when m.kind = 'audio' then m.words end as transcript,
               case when m.content is not null then 'here' when m.fetch_at is not null then 'coming' else 'gone' end
                   as state
        from media m where p_log.direction = 'in' and m.phone_number_id = p_log.phone_number_id
                       and m.message_id = p_log.message_id
        union all
        select s.id, s.kind, s.filename, s.mime_type, s.size_bytes, null, null,
               case when s.content is not null then 'here' else 'gone' end
        from staff_files s where p_log.direction = 'out' and p_log.model = 'human' and s.id = p_log.turn_id
        union all
        select s.id, s.kind, s.filename, s.mime_type, s.size_bytes, null, nullif(split_part(p_log.body, '] ', 2), ''),
               case when s.content is not null then 'here' else 'gone' end
        from outbound_messages o join staff_files s on s.id::text = o.content #>> '{audio,file}'
        where p_log.direction = 'out' and p_log.model <> 'human' and p_log.body like '[voice note]%'
          and o.send_id = p_log.send_id) f
$$;
select own_functions('message_file');
grant execute on function message_file to chatbot_app;
