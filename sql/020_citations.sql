-- How an answer names the place that a passage comes from: the document, and what a reader needs to find the place in it.

-- {"document": title} with the address of a web page, or with the page of a document that has pages. Rows of a table, a text, a picture
-- and typed answers have none; a Word document or a presentation has some where it was saved with more than one.
create function citation(p_document uuid, p_page int) returns jsonb
    language sql stable as $$
    select jsonb_strip_nulls(jsonb_build_object('document', d.title, 'url', d.source_url, 'page', case
        when d.source_url is not null then null
        when coalesce(d.media_type, 'application/pdf') = 'application/pdf' then p_page
        when d.media_type ~ '(wordprocessingml|presentationml)' and d.pages > 1 then p_page end))
    from documents d where d.id = p_document
$$;
select own_functions('citation');
grant execute on function citation to chatbot_app;
