-- Knowledge: where documents come from, the documents, and what a tenant's plan counts.

-- Web pages as a source: they are read again and again. Each page is a document that is replaced when its text has
-- changed.
create table knowledge_sources (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    kind              text not null check (kind in ('page', 'sitemap', 'crawl')),
    url               text not null,
    max_pages         int not null default 50 check (max_pages between 1 and 2000),
    refresh_hours     int not null default 24 check (refresh_hours between 1 and 8760),
    -- new       nobody has read it to the end yet
    -- reading   a run reads it again; what it held before goes on answering
    -- ready, failed   how the last reading ended
    state             text not null default 'new' check (state in ('new', 'reading', 'ready', 'failed')),
    error             jsonb,                              -- a code with values: f/common/problems.py
    warnings          jsonb not null default '[]',        -- codes with values: what was not read
    pages             int,                                -- with text, at the last reading
    next_read_at      timestamptz not null default now(), -- a claim moves it to the end of the reading's lease
    read_at           timestamptz,
    -- The run that reads it or is about to; a claim chooses the id, and a run with another id leaves the source alone.
    run_id            uuid,
    -- What the next slice of the reading needs to go on (f/ingest/read_source); null: it begins at the beginning.
    progress          jsonb,
    losses            int not null default 0,             -- runs of the reading that were lost
    created_at        timestamptz not null default now(),
    unique (tenant_id, url)
);

create table documents (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    title             text not null,
    filename          text not null,
    media_type        text,
    sha256            bytea not null,
    size_bytes        bigint not null,
    content           bytea not null,
    -- received     stored, to be read
    -- processing   a run reads it
    -- ready        its chunks answer questions
    -- failed       it could not be read; `error` says why
    -- drafted      of drafted answers: read whole, with all vectors staged; dry runs of the draft search them
    state             text not null default 'received'
                      check (state in ('received', 'processing', 'ready', 'failed', 'drafted')),
    error             jsonb,                              -- a code with values: f/common/problems.py
    warnings          jsonb not null default '[]',        -- codes with values: what was not read
    pages             int,
    chunks            int,
    chunks_embedded   int,
    -- a text search configuration without its 'words_', see search.sql
    language          text,
    version           int not null default 1,
    pairs_version     int,                                -- of the Q&A pairs: which version of them it holds
    replaces          uuid,                               -- the document that goes when this one is whole
    -- qa_draft: the Q&A pairs as they would be with their draft
    origin            text not null default 'upload' check (origin in ('upload', 'web', 'qa_pairs', 'qa_draft')),
    source_id         uuid references knowledge_sources on delete cascade,
    source_url        text,                               -- the page's address
    sendable          boolean not null default false,     -- whether a chatbot that sends documents may send this one
    started_at        timestamptz,                        -- when a run was started for it; null: it waits for its turn
    restarts          int not null default 0,             -- how often a reading that stood still was started again
    run_id            uuid,
    uploaded_by       text,
    created_at        timestamptz not null default now(),
    updated_at        timestamptz not null default now(),
    unique (tenant_id, sha256)
);
create index documents_by_source on documents (source_id) where source_id is not null;
create index documents_unread on documents (updated_at) where state in ('received', 'processing');
create index documents_of_pairs on documents (tenant_id) where origin = 'qa_pairs';
create index documents_waiting on documents (tenant_id, created_at) where state in ('received', 'processing');

create table document_pages (
    document_id       uuid not null references documents on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    page              int not null,                       -- from 1
    -- how the document itself numbers it; '' where that's no different
    label             text not null,
    text              text not null,
    headings          jsonb not null,                     -- what the document declares as headings, [{level, title}]
    primary key (document_id, page)
);

-- Questions with their answers as they are live, one list for each tenant. qa_pairs_changed() writes them into a
-- document, which is then read.
create table qa_pairs (
    id                uuid primary key default gen_random_uuid(),
    tenant_id         uuid not null references tenants on delete cascade,
    question          text not null,
    answer            text not null,
    updated_by        text,
    created_at        timestamptz not null default clock_timestamp(),
    updated_at        timestamptz not null default clock_timestamp()
);
create unique index qa_pairs_once on qa_pairs (tenant_id, md5(lower(question)));

-- What is to be otherwise once the draft is published, pair by pair: only what differs from what is live.
create table qa_pair_drafts (
    tenant_id         uuid not null references tenants on delete cascade,
    pair_id           uuid not null,                      -- in qa_pairs; none there: it is new
    question          text,                               -- null with the answer: the pair is to go
    answer            text,
    person            text not null,                      -- who changed it last
    created_at        timestamptz not null default clock_timestamp(),
    changed_at        timestamptz not null default clock_timestamp(),
    -- the unanswered question that it answers: with the publication a case is made of it
    turn_id           uuid references turns on delete set null,
    primary key (tenant_id, pair_id),
    check ((question is null) = (answer is null))
);
create unique index qa_pair_drafts_once on qa_pair_drafts (tenant_id, md5(lower(question)));
create index qa_pair_drafts_by_turn on qa_pair_drafts (turn_id) where turn_id is not null;

-- Each whole list of pairs that has been live; the newest one is. A change by whatever way makes one.
create table qa_pair_versions (
    tenant_id         uuid not null references tenants on delete cascade,
    number            int not null,                       -- 1, 2, 3 … of each tenant
    note              text not null default '',
    person            text,                               -- who published or saved it
    overruled         jsonb,                              -- as in chatbot_versions
    published_at      timestamptz not null default now(),
    primary key (tenant_id, number)
);

-- What a pair said from one version on (`since`) until another one (`until`, that one excepted; null: it still does).
create table qa_pair_history (
    tenant_id         uuid not null references tenants on delete cascade,
    pair_id           uuid not null,
    since             int not null,
    until             int,
    question          text not null,
    answer            text not null,
    primary key (tenant_id, pair_id, since)
);
create index qa_pair_history_live on qa_pair_history (tenant_id) where until is null;

-- How many documents a tenant had read on a day: the plan limits them.
create table tenant_ingestions (
    tenant_id         uuid not null references tenants on delete cascade,
    day               date not null,
    ingestions        int not null,
    primary key (tenant_id, day)
);

select isolate('knowledge_sources'), isolate('documents'), isolate('document_pages'), isolate('qa_pairs'),
       isolate('tenant_ingestions'), isolate('qa_pair_drafts'), isolate('qa_pair_versions'),
       isolate('qa_pair_history');
grant select, insert, update, delete on knowledge_sources, documents, document_pages, qa_pairs, qa_pair_drafts
    to chatbot_app;
grant select on qa_pair_versions, qa_pair_history to chatbot_app;
grant select, insert, update on tenant_ingestions to chatbot_app;
grant update (sendable) on documents to chatbot_app;
