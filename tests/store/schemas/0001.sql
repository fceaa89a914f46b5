BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE attachments (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	file_name VARCHAR(255) NOT NULL, 
	content_type VARCHAR(100) NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	document_kind VARCHAR(20), 
	document_id VARCHAR(36), 
	created_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_attachments PRIMARY KEY (organization_id, id)
);
CREATE TABLE bank_accounts (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	iban VARCHAR(34) NOT NULL, 
	is_main BOOLEAN NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_bank_accounts PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_bank_accounts_organization_id_iban UNIQUE (organization_id, iban)
);
INSERT INTO "bank_accounts" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b37a-70bc-8b79-ec5bf6c1f177','FR7630006000011234567890189',1,'active','2026-11-23T17:12:04.218Z','{"id":"01a20964-b37a-70bc-8b79-ec5bf6c1f177","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","slug":"atelier-bank-account-1","name":"Main account","iban":"FR7630006000011234567890189","bic":"AGRIFRPPXXX","account_number":"","currency":"EUR","status":"active","main":true,"is_external_account":false,"updated_at":"2026-11-23T17:12:04.218Z"}');
CREATE TABLE client_invoices (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	seq BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	number VARCHAR(40), 
	client_id VARCHAR(36) NOT NULL, 
	issue_date VARCHAR(10) NOT NULL, 
	due_date VARCHAR(10) NOT NULL, 
	total_amount_cents BIGINT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	finalized_at VARCHAR(24), 
	public_token VARCHAR(43) NOT NULL, 
	version INTEGER NOT NULL, 
	schema_version INTEGER NOT NULL, 
	frozen TEXT NOT NULL, 
	live TEXT NOT NULL, 
	CONSTRAINT pk_client_invoices PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_client_invoices_organization_id_number UNIQUE (organization_id, number), 
	CONSTRAINT uq_client_invoices_organization_id_seq UNIQUE (organization_id, seq)
);
INSERT INTO "client_invoices" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b42f-75ad-837a-176289636d10',1,'draft',0,NULL,'01a20964-b423-76e6-84aa-71d6c034906b','2026-03-02','2026-04-01',12000,'2026-11-23T17:12:04.399Z','2026-11-23T17:12:04.399Z',NULL,'zC-Yr-7_qFD88CL_AiXeaNyTwNuuJHodtplBDEyLsvo',1,1,'{"id":"01a20964-b42f-75ad-837a-176289636d10","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","invoice_type":"standard","purchase_order":"","contact_email":"a@b.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T17:12:04.399Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"A","description":"","quantity":"1","unit":"","unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000}],"client":{"id":"01a20964-b423-76e6-84aa-71d6c034906b","type":"company","name":"ACME","email":"x@y.example","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20964-b37a-7b5c-84b1-ec91247413c1","legal_name":"Atelier","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@b.example","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null}','{"status":"draft","paid_at":"","updated_at":"2026-11-23T17:12:04.399Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b43e-7e90-84e1-945ea3e13325',2,'draft',0,NULL,'01a20964-b423-76e6-84aa-71d6c034906b','2026-03-02','2026-04-01',12000,'2026-11-23T17:12:04.414Z','2026-11-23T17:12:04.414Z',NULL,'y3cm6kFpMHWETt0_jZuxG7zHV7t_6gDOrdn-nX1sEVg',1,1,'{"id":"01a20964-b43e-7e90-84e1-945ea3e13325","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","invoice_type":"standard","purchase_order":"","contact_email":"a@b.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T17:12:04.414Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"A","description":"","quantity":"1","unit":"","unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000}],"client":{"id":"01a20964-b423-76e6-84aa-71d6c034906b","type":"company","name":"ACME","email":"x@y.example","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20964-b37a-7b5c-84b1-ec91247413c1","legal_name":"Atelier","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@b.example","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null}','{"status":"draft","paid_at":"","updated_at":"2026-11-23T17:12:04.414Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b440-7e66-9dc8-fb81ce1dc9b8',3,'unpaid',0,'F-2026-001','01a20964-b423-76e6-84aa-71d6c034906b','2026-03-02','2026-04-01',12000,'2026-11-23T17:12:04.416Z','2026-11-23T17:12:04.416Z','2026-11-23T17:12:04.416Z','n9TQTIcNTFGCvfRBuAth-yXITn_8Q23BPQBDOmut9EI',1,1,'{"id":"01a20964-b440-7e66-9dc8-fb81ce1dc9b8","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","number":"F-2026-001","invoice_type":"standard","purchase_order":"","contact_email":"a@b.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T17:12:04.416Z","finalized_at":"2026-11-23T17:12:04.416Z","stamp_duty_amount":"","items":[{"title":"A","description":"","quantity":"1","unit":"","unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000}],"client":{"id":"01a20964-b423-76e6-84aa-71d6c034906b","type":"company","name":"ACME","email":"x@y.example","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20964-b37a-7b5c-84b1-ec91247413c1","legal_name":"Atelier","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@b.example","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T17:12:04.416Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b449-7f83-a37c-cb223a5ba001',4,'unpaid',0,'F-2026-002','01a20964-b423-76e6-84aa-71d6c034906b','2026-03-02','2026-04-01',12000,'2026-11-23T17:12:04.425Z','2026-11-23T17:12:04.425Z','2026-11-23T17:12:04.425Z','lVbK07vcW1f0aNTi_Rl1hFy-M8t_r9rfMpADk13qkuE',1,1,'{"id":"01a20964-b449-7f83-a37c-cb223a5ba001","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","number":"F-2026-002","invoice_type":"standard","purchase_order":"","contact_email":"a@b.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T17:12:04.425Z","finalized_at":"2026-11-23T17:12:04.425Z","stamp_duty_amount":"","items":[{"title":"A","description":"","quantity":"1","unit":"","unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000}],"client":{"id":"01a20964-b423-76e6-84aa-71d6c034906b","type":"company","name":"ACME","email":"x@y.example","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20964-b37a-7b5c-84b1-ec91247413c1","legal_name":"Atelier","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@b.example","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T17:12:04.425Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b44e-78d8-ac45-28365956bc7a',5,'unpaid',0,'F-2026-003','01a20964-b423-76e6-84aa-71d6c034906b','2026-03-02','2026-04-01',12000,'2026-11-23T17:12:04.430Z','2026-11-23T17:12:04.430Z','2026-11-23T17:12:04.430Z','nO-oYFzG4_WAv9euZvfVJVON5FxReqehGjCtcHl8-0Y',1,1,'{"id":"01a20964-b44e-78d8-ac45-28365956bc7a","organization_id":"01a20964-b37a-7b5c-84b1-ec91247413c1","number":"F-2026-003","invoice_type":"standard","purchase_order":"","contact_email":"a@b.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T17:12:04.430Z","finalized_at":"2026-11-23T17:12:04.430Z","stamp_duty_amount":"","items":[{"title":"A","description":"","quantity":"1","unit":"","unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000}],"client":{"id":"01a20964-b423-76e6-84aa-71d6c034906b","type":"company","name":"ACME","email":"x@y.example","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20964-b37a-7b5c-84b1-ec91247413c1","legal_name":"Atelier","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@b.example","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T17:12:04.430Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null}');
CREATE TABLE clients (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	search_name TEXT NOT NULL, 
	email TEXT NOT NULL, 
	vat_number TEXT NOT NULL, 
	tax_identification_number TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_clients PRIMARY KEY (organization_id, id)
);
INSERT INTO "clients" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b423-76e6-84aa-71d6c034906b','acme','x@y.example','','732829320','2026-11-23T17:12:04.387Z','2026-11-23T17:12:04.387Z','{"id":"01a20964-b423-76e6-84aa-71d6c034906b","kind":"company","type":"company","name":"ACME","first_name":"","last_name":"","email":"x@y.example","extra_emails":[],"phone":null,"phone_number":"","e_invoicing_address":"","vat_number":"","tax_identification_number":"732829320","address":"4 place","city":"Nantes","zip_code":"44000","province_code":"","country_code":"FR","billing_address":{"street_address":"4 place","city":"Nantes","zip_code":"44000","province_code":"","country_code":"FR"},"delivery_address":null,"recipient_code":"","currency":"EUR","locale":"fr","e_invoicing_reachable":false,"created_at":"2026-11-23T17:12:04.387Z","updated_at":"2026-11-23T17:12:04.387Z"}');
CREATE TABLE counters (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	year INTEGER NOT NULL, 
	first_value BIGINT NOT NULL, 
	next_value BIGINT NOT NULL, 
	last_issue_date VARCHAR(10) NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (organization_id, kind, year)
);
INSERT INTO "counters" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice',2026,1,4,'2026-03-02');
CREATE TABLE credentials (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	login VARCHAR(80), 
	name VARCHAR(80) NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24), 
	revoked_at VARCHAR(24), 
	CONSTRAINT pk_credentials PRIMARY KEY (secret_hash)
);
INSERT INTO "credentials" VALUES('317ae023f86c2d9ed62756b57ae8ed673df856d9f3da23e04a393d8679511467','01a20964-b37a-7b5c-84b1-ec91247413c1','atelier','init','attachment.read attachment.write client.read client.write client_invoice.write client_invoices.read einvoicing.read offline_access openid organization.read organization.write payment_link.read payment_link.write product.read product.write supplier_invoice.read supplier_invoice.write webhook','2026-11-23T17:12:04.218Z',NULL,NULL);
CREATE TABLE emails (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	request TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	sent_at VARCHAR(24), 
	CONSTRAINT pk_emails PRIMARY KEY (organization_id, id)
);
CREATE TABLE events (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	principal VARCHAR(120) NOT NULL, 
	occurred_at VARCHAR(24) NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (organization_id, id)
);
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b37a-7b7c-8a6a-7e2efb8fd678','organization','01a20964-b37a-7b5c-84b1-ec91247413c1','created','cli','2026-11-23T17:12:04.218Z','{}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b423-7395-8129-c83ca7f92dc0','client','01a20964-b423-76e6-84aa-71d6c034906b','created','t','2026-11-23T17:12:04.387Z','{}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b42f-74d1-b312-92b030a5186b','client_invoice','01a20964-b42f-75ad-837a-176289636d10','created','t','2026-11-23T17:12:04.399Z','{"number": null}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b43e-7820-b1bd-8280f41c6a6e','client_invoice','01a20964-b43e-7e90-84e1-945ea3e13325','created','t','2026-11-23T17:12:04.414Z','{"number": null}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b440-7d65-9775-67d85c9d3a63','client_invoice','01a20964-b440-7e66-9dc8-fb81ce1dc9b8','created_and_finalized','t','2026-11-23T17:12:04.416Z','{"number": "F-2026-001"}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b449-7f7c-9c4d-6db6e23faa19','client_invoice','01a20964-b449-7f83-a37c-cb223a5ba001','created_and_finalized','t','2026-11-23T17:12:04.425Z','{"number": "F-2026-002"}');
INSERT INTO "events" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','01a20964-b44e-7442-9745-366c72e405fc','client_invoice','01a20964-b44e-78d8-ac45-28365956bc7a','created_and_finalized','t','2026-11-23T17:12:04.430Z','{"number": "F-2026-003"}');
CREATE TABLE idempotency_records (
	organization_id VARCHAR(36) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	status_code INTEGER NOT NULL, 
	body TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_idempotency_records PRIMARY KEY (organization_id, "key")
);
CREATE TABLE instance_secrets (
	name VARCHAR(40) NOT NULL, 
	value BLOB NOT NULL, 
	CONSTRAINT pk_instance_secrets PRIMARY KEY (name)
);
INSERT INTO "instance_secrets" VALUES('download_links',X'125A9CEAF520EB7986526CE4CCD48FD92EAAC08C61619504477BEA768F7712F6');
CREATE TABLE jobs (
	id VARCHAR(36) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	payload TEXT NOT NULL, 
	run_at VARCHAR(24) NOT NULL, 
	attempts INTEGER NOT NULL, 
	claimed_until VARCHAR(24), 
	error TEXT NOT NULL, 
	is_dead BOOLEAN NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_jobs PRIMARY KEY (id)
);
INSERT INTO "jobs" VALUES('01a20964-b42f-75ad-837a-176289636d10','01a20964-b37a-7b5c-84b1-ec91247413c1','render','{"document_kind": "client_invoice", "document_id": "01a20964-b42f-75ad-837a-176289636d10", "version": 1}','2026-11-23T17:12:04.649Z',0,NULL,'',0,'2026-11-23T17:12:04.399Z');
INSERT INTO "jobs" VALUES('01a20964-b43e-7e90-84e1-945ea3e13325','01a20964-b37a-7b5c-84b1-ec91247413c1','render','{"document_kind": "client_invoice", "document_id": "01a20964-b43e-7e90-84e1-945ea3e13325", "version": 1}','2026-11-23T17:12:04.664Z',0,NULL,'',0,'2026-11-23T17:12:04.414Z');
INSERT INTO "jobs" VALUES('01a20964-b440-7e66-9dc8-fb81ce1dc9b8','01a20964-b37a-7b5c-84b1-ec91247413c1','render','{"document_kind": "client_invoice", "document_id": "01a20964-b440-7e66-9dc8-fb81ce1dc9b8", "version": 1}','2026-11-23T17:12:04.416Z',0,NULL,'',0,'2026-11-23T17:12:04.416Z');
INSERT INTO "jobs" VALUES('01a20964-b449-7f83-a37c-cb223a5ba001','01a20964-b37a-7b5c-84b1-ec91247413c1','render','{"document_kind": "client_invoice", "document_id": "01a20964-b449-7f83-a37c-cb223a5ba001", "version": 1}','2026-11-23T17:12:04.425Z',0,NULL,'',0,'2026-11-23T17:12:04.425Z');
INSERT INTO "jobs" VALUES('01a20964-b44e-78d8-ac45-28365956bc7a','01a20964-b37a-7b5c-84b1-ec91247413c1','render','{"document_kind": "client_invoice", "document_id": "01a20964-b44e-78d8-ac45-28365956bc7a", "version": 1}','2026-11-23T17:12:04.430Z',0,NULL,'',0,'2026-11-23T17:12:04.430Z');
CREATE TABLE list_counts (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	total BIGINT NOT NULL, 
	blocks BLOB NOT NULL, 
	CONSTRAINT pk_list_counts PRIMARY KEY (organization_id, kind, status, imported)
);
INSERT INTO "list_counts" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','draft',0,2,X'02000000');
INSERT INTO "list_counts" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','unpaid',0,3,X'03000000');
CREATE TABLE organizations (
	id VARCHAR(36) NOT NULL, 
	slug VARCHAR(80) NOT NULL, 
	profile TEXT NOT NULL, 
	seq_last BIGINT NOT NULL, 
	created_at_last VARCHAR(24) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_organizations PRIMARY KEY (id), 
	CONSTRAINT uq_organizations_slug UNIQUE (slug)
);
INSERT INTO "organizations" VALUES('01a20964-b37a-7b5c-84b1-ec91247413c1','atelier','{"legal_name":"Atelier","legal_country":"FR","name":"","legal_number":"732829320","legal_form":"","legal_sector":"","legal_registration_date":"","address_line_1":"1 rue","address_line_2":"","address_zipcode":"69003","address_city":"Lyon","address_province":"","address_country":"FR","company_leadership":"","district_court":"","commercial_register_number":"","vat_number":"FR44732829320","tax_number":"","legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","locale":"fr","vat_regime":"standard","is_freelancer":false,"email":"a@b.example","phone":"","time_zone":"Europe/Paris","payment_terms_days":30,"accent_color":"#1f4e79","logo_attachment_id":"","numbering_mode":"automatic","einvoicing_enabled":false,"is_specimen":false}',5,'2026-11-23T17:12:04.430Z','2026-11-23T17:12:04.218Z','2026-11-23T17:12:04.218Z');
CREATE TABLE public_links (
	token VARCHAR(43) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_public_links PRIMARY KEY (token)
);
INSERT INTO "public_links" VALUES('zC-Yr-7_qFD88CL_AiXeaNyTwNuuJHodtplBDEyLsvo','01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','01a20964-b42f-75ad-837a-176289636d10');
INSERT INTO "public_links" VALUES('y3cm6kFpMHWETt0_jZuxG7zHV7t_6gDOrdn-nX1sEVg','01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','01a20964-b43e-7e90-84e1-945ea3e13325');
INSERT INTO "public_links" VALUES('n9TQTIcNTFGCvfRBuAth-yXITn_8Q23BPQBDOmut9EI','01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','01a20964-b440-7e66-9dc8-fb81ce1dc9b8');
INSERT INTO "public_links" VALUES('lVbK07vcW1f0aNTi_Rl1hFy-M8t_r9rfMpADk13qkuE','01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','01a20964-b449-7f83-a37c-cb223a5ba001');
INSERT INTO "public_links" VALUES('nO-oYFzG4_WAv9euZvfVJVON5FxReqehGjCtcHl8-0Y','01a20964-b37a-7b5c-84b1-ec91247413c1','client_invoice','01a20964-b44e-78d8-ac45-28365956bc7a');
CREATE INDEX ix_attachments_organization_id_document_id ON attachments (organization_id, document_id);
CREATE INDEX ix_client_invoices_organization_id_client_id_seq ON client_invoices (organization_id, client_id, seq);
CREATE INDEX ix_client_invoices_organization_id_imported_seq ON client_invoices (organization_id, imported, seq);
CREATE INDEX ix_client_invoices_organization_id_imported_status_seq ON client_invoices (organization_id, imported, status, seq);
CREATE INDEX ix_clients_organization_id_email ON clients (organization_id, email);
CREATE INDEX ix_clients_organization_id_search_name ON clients (organization_id, search_name);
CREATE INDEX ix_emails_organization_id_document_id ON emails (organization_id, document_id);
CREATE INDEX ix_events_organization_id_document_id ON events (organization_id, document_id);
CREATE INDEX ix_jobs_kind_is_dead_run_at ON jobs (kind, is_dead, run_at);
CREATE TRIGGER client_invoices_frozen BEFORE UPDATE ON client_invoices
        WHEN OLD.finalized_at IS NOT NULL AND (NEW.frozen IS NOT OLD.frozen OR NEW.finalized_at IS NOT OLD.finalized_at OR NEW.number IS NOT OLD.number OR NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id OR NEW.seq IS NOT OLD.seq OR NEW.public_token IS NOT OLD.public_token OR NEW.created_at IS NOT OLD.created_at)
        BEGIN SELECT RAISE(ABORT, 'a finalized document is immutable'); END;
CREATE TRIGGER client_invoices_kept BEFORE DELETE ON client_invoices
        WHEN OLD.finalized_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be deleted'); END;
CREATE TRIGGER client_invoices_not_replaced BEFORE INSERT ON client_invoices
        WHEN (EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER client_invoices_not_displaced BEFORE UPDATE OF organization_id, id, seq, number
        ON client_invoices WHEN OLD.finalized_at IS NULL AND (EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM client_invoices o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER events_not_replaced BEFORE INSERT ON events
        WHEN EXISTS (SELECT 1 FROM events WHERE organization_id = NEW.organization_id AND id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
COMMIT;
