-- What Meta charges for messages: its rates by market and category, what became of each message, sums by month.

-- The market of Meta's rate card for the calling code that a phone number begins with; the longest one counts. What
-- is not here is in the market Other.
create table meta_markets (
    calling_code      text primary key,
    market            text not null
);

-- US dollars for a delivered message. The operator's own rates (windmill/deploy/rates.py) come before the platform's,
-- and of each the latest that is not later than the message. A free-form reply (category service) for which there is
-- no rate is charged as utility, as Meta's pricing pages say.
create table meta_rates (
    market            text not null,
    category          text not null,
    since             date not null,
    own               boolean not null,                   -- the operator's
    usd               numeric(10, 6) not null check (usd >= 0),
    source            text not null,
    primary key (market, category, since, own)
);

-- What the statuses of a message say of its price. Meta charges what was delivered; sent alone costs nothing.
create table message_charges (
    message_id        text primary key,                   -- Meta's
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null,
    market            text not null,
    -- pricing.category and pricing.type of the status, as Meta says them; null: no status has said them yet
    category          text,
    type              text,
    billable          boolean,
    delivered_at      timestamptz,                        -- by Meta's clock; null: not delivered
    usd               numeric(10, 6),                     -- null: not billable, or no rate is known
    counted           boolean not null default false,     -- whether the sums have it
    noted_at          timestamptz not null default now()
);
create index message_charges_by_tenant on message_charges (tenant_id, delivered_at);
create index message_charges_by_time on message_charges using brin (noted_at);

-- Delivered messages by month (UTC), number, category and type: they stay when the messages are gone.
create table charge_months (
    tenant_id         uuid not null references tenants on delete cascade,
    phone_number_id   text not null,
    month             date not null,
    category          text not null,
    type              text not null,
    messages          int not null default 0,
    billed            int not null default 0,
    unpriced          int not null default 0,             -- billed, but no rate was known
    usd               numeric(14, 6) not null default 0,
    primary key (tenant_id, phone_number_id, month, category, type)
);

-- What Meta says of a number: whether it may send, and what troubles it (f/whatsapp/number_health).
create table number_health (
    phone_number_id   text primary key references chatbots on delete cascade,
    tenant_id         uuid not null references tenants on delete cascade,
    can_send          text,                               -- AVAILABLE, LIMITED, BLOCKED; null: Meta was not asked yet
    troubles          jsonb not null default '[]',        -- [{entity, code, problem, remedy}]
    checked_at        timestamptz,
    due_at            timestamptz not null default now(),
    -- What the doctor found (f/whatsapp/findings): [{check, state, message, words}], and when; null: it has not run.
    findings          jsonb not null default '[]',
    examined_at       timestamptz
);

select isolate('message_charges'), isolate('charge_months'), isolate('number_health');
grant select on message_charges, charge_months, number_health to chatbot_app;
alter table meta_markets owner to chatbot_owner;
alter table meta_rates owner to chatbot_owner;

insert into meta_markets (calling_code, market) select unnest(codes::text[]), market from (values
    ('Argentina', '{54}'),
    ('Brazil', '{55}'),
    ('Chile', '{56}'),
    ('Colombia', '{57}'),
    ('Egypt', '{20}'),
    ('France', '{33}'),
    ('Germany', '{49}'),
    ('Hong Kong', '{852}'),
    ('Hungary', '{36}'),
    ('India', '{91}'),
    ('Indonesia', '{62}'),
    ('Israel', '{972}'),
    ('Italy', '{39}'),
    ('Malaysia', '{60}'),
    ('Mexico', '{52}'),
    ('Netherlands', '{31}'),
    ('Nigeria', '{234}'),
    ('Pakistan', '{92}'),
    ('Peru', '{51}'),
    ('Poland', '{48}'),
    ('Qatar', '{974}'),
    ('Romania', '{40}'),
    ('Russia', '{7}'),
    ('Saudi Arabia', '{966}'),
    ('Singapore', '{65}'),
    ('South Africa', '{27}'),
    ('Spain', '{34}'),
    ('Turkey', '{90}'),
    ('United Arab Emirates', '{971}'),
    ('United Kingdom', '{44}'),
    ('North America', '{1}'),
    ('Rest of Africa',
     '{211,212,213,216,218,220,221,222,223,225,226,227,228,229,231,232,233,235,237,241,242,244,'
     '245,249,250,251,252,254,255,256,257,258,260,261,263,264,265,266,267,268,291}'),
    ('Rest of Asia Pacific', '{61,63,64,66,81,84,86,93,94,675,855,856,880,886,976,977,992,993,998}'),
    ('Rest of Central & Eastern Europe', '{30,355,359,370,371,373,374,375,380,381,385,386,389,420,421,994,995}'),
    ('Rest of Latin America',
     '{58,502,503,504,505,506,507,509,591,593,595,598,1658,1787,1809,1829,1849,1876,1939}'),
    ('Rest of Middle East', '{961,962,964,965,967,968,973}'),
    ('Rest of Western Europe', '{32,41,43,45,46,47,351,353,358}'),
    ('Other',
     '{76,77,1242,1246,1264,1268,1284,1340,1345,1441,1473,1649,1664,1670,1671,1684,1721,1758,'
     '1767,1784,1868,1869}')
) m(market, codes);

-- From a public transcription of Meta's euro card of 1 July 2026. Its dearest rates, 0.1323 and 0.0456, are 0.1597 and
-- 0.0550 in the dollar card: 0.8284 euros a dollar. Small rates are rounded twice, so a few are 0.0001 off.
insert into meta_rates (market, category, since, own, usd, source)
    select market, category, '2026-07-01', false, round(eur / 0.8284, 4),
           'a transcription of Meta''s card of 1 July 2026'
    from (values
    ('Argentina', 0.0512, 0.0216), ('Brazil', 0.0518, 0.0056), ('Chile', 0.0736, 0.0166),
    ('Colombia', 0.0104, 0.0008), ('Egypt', 0.0533, 0.0030), ('France', 0.0712, 0.0248), ('Germany', 0.1131, 0.0456),
    ('Hong Kong', 0.0606, 0.0216), ('Hungary', 0.0712, 0.0289), ('India', 0.0099, 0.0012),
    ('Indonesia', 0.0341, 0.0208), ('Israel', 0.0292, 0.0044), ('Italy', 0.0658, 0.0248),
    ('Malaysia', 0.0712, 0.0116), ('Mexico', 0.0253, 0.0071), ('Netherlands', 0.1323, 0.0414),
    ('Nigeria', 0.0428, 0.0056), ('Pakistan', 0.0392, 0.0083), ('Peru', 0.0582, 0.0166), ('Poland', 0.0303, 0.0101),
    ('Qatar', 0.0282, 0.0099), ('Romania', 0.0712, 0.0239), ('Russia', 0.0664, 0.0331),
    ('Saudi Arabia', 0.0414, 0.0088), ('Singapore', 0.0606, 0.0133), ('South Africa', 0.0314, 0.0063),
    ('Spain', 0.0585, 0.0166), ('Turkey', 0.0090, 0.0007), ('United Arab Emirates', 0.0415, 0.0130),
    ('United Kingdom', 0.0526, 0.0182), ('North America', 0.0207, 0.0028), ('Rest of Africa', 0.0186, 0.0033),
    ('Rest of Asia Pacific', 0.0606, 0.0094), ('Rest of Central & Eastern Europe', 0.0712, 0.0175),
    ('Rest of Latin America', 0.0612, 0.0094), ('Rest of Middle East', 0.0282, 0.0075),
    ('Rest of Western Europe', 0.0490, 0.0142), ('Other', 0.0500, 0.0064)
) r(market, marketing, utility), lateral (values ('marketing', marketing), ('utility', utility),
                                                 ('authentication', utility)) c(category, eur);
