-- What people say of answers and conversations: the staff's marks, customers' reactions and ratings.

-- Whether a member of the staff finds an answer of the bot good or wrong: one mark for each person and answer.
create table answer_marks (
    tenant_id         uuid not null references tenants on delete cascade,
    turn_id           uuid not null references turns on delete cascade,
    person            text not null,                      -- e-mail address
    verdict           text not null check (verdict in ('good', 'wrong')),
    reason            text,
    marked_at         timestamptz not null default now(),
    primary key (turn_id, person)
);
create index answer_marks_by_tenant on answer_marks (tenant_id, marked_at);

-- A customer's reaction to a message that was sent to them, the latest only.
create table reactions (
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    phone_number_id   text not null,
    message_id        text not null,                      -- of the message that it is on
    emoji             text,                               -- null: taken back
    reacted_at        timestamptz not null,               -- by Meta's clock, in whole seconds
    -- the event's in inbound_messages: of two in one second the later counts
    seq               bigint not null,
    primary key (contact_id, phone_number_id, message_id)
);
create index reactions_by_tenant on reactions (tenant_id, reacted_at);

-- A customer who was asked to rate a conversation that a person has solved, and what they have said.
create table ratings (
    id                uuid primary key,                   -- in the ids of the question's buttons
    tenant_id         uuid not null references tenants on delete cascade,
    contact_id        uuid not null references contacts on delete cascade,
    turn_id           uuid not null references turns on delete cascade, -- whose only part is the question
    phone_number_id   text not null,
    thanks            text not null,                      -- what the customer reads after the tap
    asked_at          timestamptz not null default now(),
    score             int check (score between 1 and 5),
    rated_at          timestamptz                         -- by Meta's clock
);
create index ratings_by_contact on ratings (contact_id, asked_at);
create index ratings_by_tenant on ratings (tenant_id, rated_at);
create index ratings_by_turn on ratings (turn_id);

select isolate('answer_marks'), isolate('reactions'), isolate('ratings');
grant select on answer_marks, reactions, ratings to chatbot_app;
