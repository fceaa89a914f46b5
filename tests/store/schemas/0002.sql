BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
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
INSERT INTO "bank_accounts" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-4037-770e-bb09-d620644cb12b','FR7630006000011234567890189',1,'active','2026-11-23T18:02:54.903Z','{"id":"01a20993-4037-770e-bb09-d620644cb12b","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","slug":"atelier-kleber-sarl-bank-account-1","name":"Main account","iban":"FR7630006000011234567890189","bic":"AGRIFRPPXXX","account_number":"","currency":"EUR","status":"active","main":true,"is_external_account":false,"updated_at":"2026-11-23T18:02:54.903Z"}');
CREATE TABLE client_invoice_imports (
	organization_id VARCHAR(36) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	invoice_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_client_invoice_imports PRIMARY KEY (organization_id, sha256)
);
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
INSERT INTO "client_invoices" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40ab-7db8-b635-208abf9e73a1',1,'draft',0,NULL,'01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',27561,'2026-11-23T18:02:55.019Z','2026-11-23T18:02:55.019Z',NULL,'DEzby4obdq5Dp4V6QDf1X2LgiYT_34i3sngpnER0Dhs',1,1,'{"id":"01a20993-40ab-7db8-b635-208abf9e73a1","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","invoice_type":"standard","purchase_order":"","contact_email":"a@example.com","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","due_date":"2026-12-20","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T18:02:55.019Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"day","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null},{"title":"Livre","description":"","quantity":"3","unit":"","unit_price":{"value":"12.50","currency":"EUR"},"unit_price_cents":1250,"vat_rate":"0.055","vat_exemption_reason":null,"discount":{"type":"percentage","value":"0.1","amount":{"value":"3.75","currency":"EUR"},"amount_cents":375},"total_vat":{"value":"1.86","currency":"EUR"},"total_vat_cents":186,"total_amount":{"value":"35.61","currency":"EUR"},"total_amount_cents":3561,"subtotal":{"value":"33.75","currency":"EUR"},"subtotal_cents":3375,"product_id":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Kléber SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"41.86","currency":"EUR"},"vat_amount_cents":4186,"total_amount":{"value":"275.61","currency":"EUR"},"total_amount_cents":27561,"line_total_amount":{"value":"233.75","currency":"EUR"},"line_total_amount_cents":23375,"tax_exclusive_amount":{"value":"233.75","currency":"EUR"},"tax_exclusive_amount_cents":23375,"amount_due":{"value":"275.61","currency":"EUR"},"amount_due_cents":27561,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000},{"vat_category":"S","vat_rate":"0.055","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"33.75","currency":"EUR"},"taxable_amount_cents":3375,"vat_amount":{"value":"1.86","currency":"EUR"},"vat_amount_cents":186}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"draft","paid_at":"","updated_at":"2026-11-23T18:02:55.019Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40b4-71db-a146-4560da5853a8',2,'unpaid',0,'F-2026-001','01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',27561,'2026-11-23T18:02:55.028Z','2026-11-23T18:02:55.042Z','2026-11-23T18:02:55.028Z','3sRPljzhaE621as4ApqWedz9mrb6xqrmK_JPH0Ro1CM',2,1,'{"id":"01a20993-40b4-71db-a146-4560da5853a8","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","number":"F-2026-001","invoice_type":"standard","purchase_order":"","contact_email":"a@example.com","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","due_date":"2026-12-20","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T18:02:55.028Z","finalized_at":"2026-11-23T18:02:55.028Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"day","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null},{"title":"Livre","description":"","quantity":"3","unit":"","unit_price":{"value":"12.50","currency":"EUR"},"unit_price_cents":1250,"vat_rate":"0.055","vat_exemption_reason":null,"discount":{"type":"percentage","value":"0.1","amount":{"value":"3.75","currency":"EUR"},"amount_cents":375},"total_vat":{"value":"1.86","currency":"EUR"},"total_vat_cents":186,"total_amount":{"value":"35.61","currency":"EUR"},"total_amount_cents":3561,"subtotal":{"value":"33.75","currency":"EUR"},"subtotal_cents":3375,"product_id":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Kléber SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"41.86","currency":"EUR"},"vat_amount_cents":4186,"total_amount":{"value":"275.61","currency":"EUR"},"total_amount_cents":27561,"line_total_amount":{"value":"233.75","currency":"EUR"},"line_total_amount_cents":23375,"tax_exclusive_amount":{"value":"233.75","currency":"EUR"},"tax_exclusive_amount_cents":23375,"amount_due":{"value":"275.61","currency":"EUR"},"amount_due_cents":27561,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000},{"vat_category":"S","vat_rate":"0.055","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"33.75","currency":"EUR"},"taxable_amount_cents":3375,"vat_amount":{"value":"1.86","currency":"EUR"},"vat_amount_cents":186}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T18:02:55.042Z","credit_notes_ids":["01a20993-40c2-783e-b5af-7b9809cea42f"],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":{"value":"120.00","currency":"EUR"}}');
INSERT INTO "client_invoices" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40b9-7dfe-850b-ee44e37b5f2c',3,'unpaid',0,'F-2026-002','01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',26382,'2026-11-23T18:02:55.033Z','2026-11-23T18:02:55.033Z','2026-11-23T18:02:55.033Z','j5fLNfGd61RYzZilemmHO54Fa8CZ-HtKcfmthKWLT68',1,1,'{"id":"01a20993-40b9-7dfe-850b-ee44e37b5f2c","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","number":"F-2026-002","invoice_type":"standard","purchase_order":"","contact_email":"a@example.com","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","due_date":"2026-12-20","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T18:02:55.033Z","finalized_at":"2026-11-23T18:02:55.033Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"day","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"38.29","currency":"EUR"},"total_vat_cents":3829,"total_amount":{"value":"238.29","currency":"EUR"},"total_amount_cents":23829,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null},{"title":"Livre","description":"","quantity":"3","unit":"","unit_price":{"value":"12.50","currency":"EUR"},"unit_price_cents":1250,"vat_rate":"0.055","vat_exemption_reason":null,"discount":{"type":"percentage","value":"0.1","amount":{"value":"3.75","currency":"EUR"},"amount_cents":375},"total_vat":{"value":"1.78","currency":"EUR"},"total_vat_cents":178,"total_amount":{"value":"35.53","currency":"EUR"},"total_amount_cents":3553,"subtotal":{"value":"33.75","currency":"EUR"},"subtotal_cents":3375,"product_id":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Kléber SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":{"type":"absolute","value":"10","amount":{"value":"10.00","currency":"EUR"},"amount_cents":1000},"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"40.07","currency":"EUR"},"vat_amount_cents":4007,"total_amount":{"value":"263.82","currency":"EUR"},"total_amount_cents":26382,"line_total_amount":{"value":"233.75","currency":"EUR"},"line_total_amount_cents":23375,"tax_exclusive_amount":{"value":"223.75","currency":"EUR"},"tax_exclusive_amount_cents":22375,"amount_due":{"value":"263.82","currency":"EUR"},"amount_due_cents":26382,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"191.44","currency":"EUR"},"taxable_amount_cents":19144,"vat_amount":{"value":"38.29","currency":"EUR"},"vat_amount_cents":3829},{"vat_category":"S","vat_rate":"0.055","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"32.31","currency":"EUR"},"taxable_amount_cents":3231,"vat_amount":{"value":"1.78","currency":"EUR"},"vat_amount_cents":178}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T18:02:55.033Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40bd-70da-bdd7-f90a6b132cfe',4,'draft',0,NULL,'01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',27561,'2026-11-23T18:02:55.037Z','2026-11-23T18:02:55.037Z',NULL,'b8nWBWJc-bmgLxuP3csK_OVPNe_we3UOwiXPjfodyXw',1,1,'{"id":"01a20993-40bd-70da-bdd7-f90a6b132cfe","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","invoice_type":"standard","purchase_order":"","contact_email":"a@example.com","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","due_date":"2026-12-20","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T18:02:55.037Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"day","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null},{"title":"Livre","description":"","quantity":"3","unit":"","unit_price":{"value":"12.50","currency":"EUR"},"unit_price_cents":1250,"vat_rate":"0.055","vat_exemption_reason":null,"discount":{"type":"percentage","value":"0.1","amount":{"value":"3.75","currency":"EUR"},"amount_cents":375},"total_vat":{"value":"1.86","currency":"EUR"},"total_vat_cents":186,"total_amount":{"value":"35.61","currency":"EUR"},"total_amount_cents":3561,"subtotal":{"value":"33.75","currency":"EUR"},"subtotal_cents":3375,"product_id":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Kléber SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"41.86","currency":"EUR"},"vat_amount_cents":4186,"total_amount":{"value":"275.61","currency":"EUR"},"total_amount_cents":27561,"line_total_amount":{"value":"233.75","currency":"EUR"},"line_total_amount_cents":23375,"tax_exclusive_amount":{"value":"233.75","currency":"EUR"},"tax_exclusive_amount_cents":23375,"amount_due":{"value":"275.61","currency":"EUR"},"amount_due_cents":27561,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000},{"vat_category":"S","vat_rate":"0.055","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"33.75","currency":"EUR"},"taxable_amount_cents":3375,"vat_amount":{"value":"1.86","currency":"EUR"},"vat_amount_cents":186}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"draft","paid_at":"","updated_at":"2026-11-23T18:02:55.037Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40bf-7fed-ae1c-5f6b348b3882',5,'unpaid',0,'F-2026-003','01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',12000,'2026-11-23T18:02:55.039Z','2026-11-23T18:02:55.039Z','2026-11-23T18:02:55.039Z','w2DQMaF8P5WLKp_g4itphRHOlCUCbGYXoVK0piU8w70',1,1,'{"id":"01a20993-40bf-7fed-ae1c-5f6b348b3882","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","number":"F-2026-003","invoice_type":"standard","purchase_order":"","contact_email":"a@example.com","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","due_date":"2026-12-20","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-11-23T18:02:55.039Z","finalized_at":"2026-11-23T18:02:55.039Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"1","unit":"","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000,"product_id":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Kléber SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":["Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-11-23T18:02:55.039Z","credit_notes_ids":[],"einvoicing_status":"","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
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
INSERT INTO "clients" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40a7-736c-bfa5-8638f9930e9f','acme sas','','','552100554','2026-11-23T18:02:55.015Z','2026-11-23T18:02:55.015Z','{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","kind":"company","type":"company","name":"ACME SAS","first_name":"","last_name":"","email":"","extra_emails":[],"phone_number":"","e_invoicing_address":"","vat_number":"","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","province_code":"","country_code":"FR","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"},"recipient_code":"","currency":"EUR","locale":"fr","e_invoicing_reachable":false,"created_at":"2026-11-23T18:02:55.015Z","updated_at":"2026-11-23T18:02:55.015Z"}');
CREATE TABLE counters (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	year INTEGER NOT NULL, 
	first_value BIGINT NOT NULL, 
	next_value BIGINT NOT NULL, 
	last_issue_date VARCHAR(10) NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (organization_id, kind, year)
);
INSERT INTO "counters" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice',2026,1,4,'2026-11-20');
INSERT INTO "counters" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','credit_note',2026,1,2,'2026-11-21');
INSERT INTO "counters" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','quote',2026,1,2,'2026-11-20');
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
INSERT INTO "credentials" VALUES('06359c2d8b99136caee2a44dd5caa22ce92736eb8d0c53ca368312a0b0c4cc17','01a20993-4037-75fe-a3e2-434f22871e1d','atelier-kleber-sarl','init','attachment.read attachment.write client.read client.write client_invoice.write client_invoices.read einvoicing.read offline_access openid organization.read organization.write payment_link.read payment_link.write product.read product.write supplier_invoice.read supplier_invoice.write webhook','2026-11-23T18:02:54.903Z',NULL,NULL);
CREATE TABLE credit_notes (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	seq BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	number VARCHAR(40), 
	client_id VARCHAR(36) NOT NULL, 
	invoice_id VARCHAR(36) NOT NULL, 
	issue_date VARCHAR(10) NOT NULL, 
	total_amount_cents BIGINT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	finalized_at VARCHAR(24), 
	public_token VARCHAR(43) NOT NULL, 
	version INTEGER NOT NULL, 
	schema_version INTEGER NOT NULL, 
	frozen TEXT NOT NULL, 
	live TEXT NOT NULL, 
	CONSTRAINT pk_credit_notes PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_credit_notes_organization_id_number UNIQUE (organization_id, number), 
	CONSTRAINT uq_credit_notes_organization_id_seq UNIQUE (organization_id, seq)
);
INSERT INTO "credit_notes" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40c2-783e-b5af-7b9809cea42f',6,'issued','A-2026-001','01a20993-40a7-736c-bfa5-8638f9930e9f','01a20993-40b4-71db-a146-4560da5853a8','2026-11-21',12000,'2026-11-23T18:02:55.042Z','2026-11-23T18:02:55.042Z','2026-11-23T18:02:55.042Z','3sRPljzhaE621as4ApqWedz9mrb6xqrmK_JPH0Ro1CM',1,1,'{"id":"01a20993-40c2-783e-b5af-7b9809cea42f","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","invoice_id":"01a20993-40b4-71db-a146-4560da5853a8","invoice_number":"F-2026-001","invoice_issue_date":"2026-11-20","number":"A-2026-001","issue_date":"2026-11-21","reason":"Retour","contact_email":"a@example.com","terms_and_conditions":"","header":"","footer":"","currency":"EUR","created_at":"2026-11-23T18:02:55.042Z","finalized_at":"2026-11-23T18:02:55.042Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"1","unit":"","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000,"product_id":null}],"client":{"name":"ACME SAS","first_name":"","last_name":"","email":"","vat_number":"","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","province_code":"","country_code":"FR","recipient_code":"","locale":"fr","id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000}],"mentions":[]}','{"attachment_id":"","einvoicing_status":"","einvoicing_lifecycle_events":[],"updated_at":"2026-11-23T18:02:55.042Z"}');
CREATE TABLE deposit_uses (
	organization_id VARCHAR(36) NOT NULL, 
	deposit_id VARCHAR(36) NOT NULL, 
	balance_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_deposit_uses PRIMARY KEY (organization_id, deposit_id)
);
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
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-4037-7ab4-89ae-39f61c015e37','organization','01a20993-4037-75fe-a3e2-434f22871e1d','created','cli','2026-11-23T18:02:54.903Z','{}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40a7-7dfe-a1ea-c23890ea5da7','client','01a20993-40a7-736c-bfa5-8638f9930e9f','created','cli','2026-11-23T18:02:55.015Z','{}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40ab-7aba-9b67-a79a2ddbf262','client_invoice','01a20993-40ab-7db8-b635-208abf9e73a1','created','cli','2026-11-23T18:02:55.019Z','{"number": null}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40b4-77f9-a1bf-2c13c782aa7a','client_invoice','01a20993-40b4-71db-a146-4560da5853a8','created_and_finalized','cli','2026-11-23T18:02:55.028Z','{"number": "F-2026-001"}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40b9-7525-b73b-e52a29ace05b','client_invoice','01a20993-40b9-7dfe-850b-ee44e37b5f2c','created_and_finalized','cli','2026-11-23T18:02:55.033Z','{"number": "F-2026-002"}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40bd-7e77-ba7b-15011918f08b','client_invoice','01a20993-40bd-70da-bdd7-f90a6b132cfe','created','cli','2026-11-23T18:02:55.037Z','{"number": null}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40bf-7b0c-845c-e7d8ab5f98c1','client_invoice','01a20993-40bf-7fed-ae1c-5f6b348b3882','created_and_finalized','cli','2026-11-23T18:02:55.039Z','{"number": "F-2026-003"}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40c2-7c7c-8c0c-d3bd1a0569ca','credit_note','01a20993-40c2-783e-b5af-7b9809cea42f','created_and_finalized','cli','2026-11-23T18:02:55.042Z','{"number": "A-2026-001", "invoice_id": "01a20993-40b4-71db-a146-4560da5853a8"}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40c2-7444-b925-e51a00a4d39d','client_invoice','01a20993-40b4-71db-a146-4560da5853a8','credited','cli','2026-11-23T18:02:55.042Z','{"credit_note_id": "01a20993-40c2-783e-b5af-7b9809cea42f", "status": "unpaid"}');
INSERT INTO "events" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40c9-7f55-990f-2923edcd3498','quote','01a20993-40c9-74d3-80f4-c54ebb6cc67d','created','cli','2026-11-23T18:02:55.049Z','{"number": "D-2026-001"}');
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
INSERT INTO "instance_secrets" VALUES('download_links',X'C52CB39B9EB6D49170D1AB5C65DB17506CE8F0C7F3FE6893C43ED852576E750F');
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
INSERT INTO "jobs" VALUES('01a20993-40ab-7db8-b635-208abf9e73a1','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "client_invoice", "document_id": "01a20993-40ab-7db8-b635-208abf9e73a1", "version": 1}','2026-11-23T18:02:55.269Z',0,NULL,'',0,'2026-11-23T18:02:55.019Z');
INSERT INTO "jobs" VALUES('01a20993-40b4-71db-a146-4560da5853a8','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "client_invoice", "document_id": "01a20993-40b4-71db-a146-4560da5853a8", "version": 2}','2026-11-23T18:02:55.042Z',0,NULL,'',0,'2026-11-23T18:02:55.028Z');
INSERT INTO "jobs" VALUES('01a20993-40b9-7dfe-850b-ee44e37b5f2c','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "client_invoice", "document_id": "01a20993-40b9-7dfe-850b-ee44e37b5f2c", "version": 1}','2026-11-23T18:02:55.033Z',0,NULL,'',0,'2026-11-23T18:02:55.033Z');
INSERT INTO "jobs" VALUES('01a20993-40bd-70da-bdd7-f90a6b132cfe','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "client_invoice", "document_id": "01a20993-40bd-70da-bdd7-f90a6b132cfe", "version": 1}','2026-11-23T18:02:55.287Z',0,NULL,'',0,'2026-11-23T18:02:55.037Z');
INSERT INTO "jobs" VALUES('01a20993-40bf-7fed-ae1c-5f6b348b3882','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "client_invoice", "document_id": "01a20993-40bf-7fed-ae1c-5f6b348b3882", "version": 1}','2026-11-23T18:02:55.039Z',0,NULL,'',0,'2026-11-23T18:02:55.039Z');
INSERT INTO "jobs" VALUES('01a20993-40c2-783e-b5af-7b9809cea42f','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "credit_note", "document_id": "01a20993-40c2-783e-b5af-7b9809cea42f", "version": 1}','2026-11-23T18:02:55.042Z',0,NULL,'',0,'2026-11-23T18:02:55.042Z');
INSERT INTO "jobs" VALUES('01a20993-40c9-74d3-80f4-c54ebb6cc67d','01a20993-4037-75fe-a3e2-434f22871e1d','render','{"document_kind": "quote", "document_id": "01a20993-40c9-74d3-80f4-c54ebb6cc67d", "version": 1}','2026-11-23T18:02:55.299Z',0,NULL,'',0,'2026-11-23T18:02:55.049Z');
CREATE TABLE list_counts (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	total BIGINT NOT NULL, 
	blocks BLOB NOT NULL, 
	CONSTRAINT pk_list_counts PRIMARY KEY (organization_id, kind, status, imported)
);
INSERT INTO "list_counts" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','draft',0,2,X'02000000');
INSERT INTO "list_counts" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','unpaid',0,3,X'03000000');
INSERT INTO "list_counts" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','credit_note','issued',0,1,X'01000000');
INSERT INTO "list_counts" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','quote','pending_approval',0,1,X'01000000');
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
INSERT INTO "organizations" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','atelier-kleber-sarl','{"legal_name":"Atelier Kléber SARL","legal_country":"FR","name":"","legal_number":"732829320","legal_form":"","legal_sector":"","legal_registration_date":"","address_line_1":"1 rue Kléber","address_line_2":"","address_zipcode":"75016","address_city":"Paris","address_province":"","address_country":"FR","company_leadership":"","district_court":"","commercial_register_number":"","vat_number":"FR44732829320","tax_number":"","legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","locale":"fr","vat_regime":"standard","is_freelancer":false,"email":"a@example.com","phone":"","time_zone":"Europe/Paris","payment_terms_days":30,"accent_color":"#1f4e79","logo_attachment_id":"","numbering_mode":"automatic","einvoicing_enabled":false,"is_specimen":false}',7,'2026-11-23T18:02:55.049Z','2026-11-23T18:02:54.903Z','2026-11-23T18:02:54.903Z');
CREATE TABLE products (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	type VARCHAR(10) NOT NULL, 
	search_title TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_products PRIMARY KEY (organization_id, id)
);
CREATE TABLE public_links (
	token VARCHAR(43) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_public_links PRIMARY KEY (token)
);
INSERT INTO "public_links" VALUES('DEzby4obdq5Dp4V6QDf1X2LgiYT_34i3sngpnER0Dhs','01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','01a20993-40ab-7db8-b635-208abf9e73a1');
INSERT INTO "public_links" VALUES('3sRPljzhaE621as4ApqWedz9mrb6xqrmK_JPH0Ro1CM','01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','01a20993-40b4-71db-a146-4560da5853a8');
INSERT INTO "public_links" VALUES('j5fLNfGd61RYzZilemmHO54Fa8CZ-HtKcfmthKWLT68','01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','01a20993-40b9-7dfe-850b-ee44e37b5f2c');
INSERT INTO "public_links" VALUES('b8nWBWJc-bmgLxuP3csK_OVPNe_we3UOwiXPjfodyXw','01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','01a20993-40bd-70da-bdd7-f90a6b132cfe');
INSERT INTO "public_links" VALUES('w2DQMaF8P5WLKp_g4itphRHOlCUCbGYXoVK0piU8w70','01a20993-4037-75fe-a3e2-434f22871e1d','client_invoice','01a20993-40bf-7fed-ae1c-5f6b348b3882');
INSERT INTO "public_links" VALUES('scPuUdQCLSH0w3Hvk4K5oNjlnmVXmW6Em3AYMXdjBTw','01a20993-4037-75fe-a3e2-434f22871e1d','quote','01a20993-40c9-74d3-80f4-c54ebb6cc67d');
CREATE TABLE quotes (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	seq BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	number VARCHAR(40), 
	client_id VARCHAR(36) NOT NULL, 
	issue_date VARCHAR(10) NOT NULL, 
	expiry_date VARCHAR(10) NOT NULL, 
	is_sent BOOLEAN NOT NULL, 
	total_amount_cents BIGINT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	finalized_at VARCHAR(24), 
	public_token VARCHAR(43) NOT NULL, 
	version INTEGER NOT NULL, 
	schema_version INTEGER NOT NULL, 
	frozen TEXT NOT NULL, 
	live TEXT NOT NULL, 
	CONSTRAINT pk_quotes PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_quotes_organization_id_number UNIQUE (organization_id, number), 
	CONSTRAINT uq_quotes_organization_id_seq UNIQUE (organization_id, seq)
);
INSERT INTO "quotes" VALUES('01a20993-4037-75fe-a3e2-434f22871e1d','01a20993-40c9-74d3-80f4-c54ebb6cc67d',7,'pending_approval','D-2026-001','01a20993-40a7-736c-bfa5-8638f9930e9f','2026-11-20','2026-12-20',0,24000,'2026-11-23T18:02:55.049Z','2026-11-23T18:02:55.049Z',NULL,'scPuUdQCLSH0w3Hvk4K5oNjlnmVXmW6Em3AYMXdjBTw',1,1,'{"id":"01a20993-40c9-74d3-80f4-c54ebb6cc67d","organization_id":"01a20993-4037-75fe-a3e2-434f22871e1d","number":"D-2026-001","contact_email":"a@example.com","terms_and_conditions":"30 jours","header":"","footer":"","currency":"EUR","issue_date":"2026-11-20","expiry_date":"2026-12-20","created_at":"2026-11-23T18:02:55.049Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"","unit_price":{"value":"100","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null,"vat_exemption_code":null}],"client":{"id":"01a20993-40a7-736c-bfa5-8638f9930e9f","type":"company","name":"ACME SAS","tax_identification_number":"552100554","address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR","locale":"fr","billing_address":{"street_address":"2 rue A","city":"Lyon","zip_code":"69001","country_code":"FR"}},"organization":{"id":"01a20993-4037-75fe-a3e2-434f22871e1d","legal_name":"Atelier Kléber SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"1 rue Kléber","address_line_2":null,"address_zipcode":"75016","address_city":"Paris","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":null,"vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"a@example.com","phone":null},"discount":null,"welfare_fund":null,"withholding_tax":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000}],"mentions":[],"settings":{}}','{"status":"pending_approval","updated_at":"2026-11-23T18:02:55.049Z","approved_at":"","canceled_at":"","invoice_ids":[],"is_sent":false,"approved_by":"","declined_by":"","decline_reason":"","document_hash":""}');
CREATE TABLE recurring_invoices (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	client_id VARCHAR(36) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	next_invoice_date VARCHAR(10), 
	next_period INTEGER NOT NULL, 
	invoices_count INTEGER NOT NULL, 
	last_invoice_id VARCHAR(36), 
	last_invoice_date VARCHAR(10), 
	retry_at VARCHAR(24), 
	failure TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	asked TEXT NOT NULL, 
	terms TEXT NOT NULL, 
	CONSTRAINT pk_recurring_invoices PRIMARY KEY (organization_id, id)
);
CREATE TABLE recurring_periods (
	organization_id VARCHAR(36) NOT NULL, 
	recurring_invoice_id VARCHAR(36) NOT NULL, 
	period_date VARCHAR(10) NOT NULL, 
	invoice_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_recurring_periods PRIMARY KEY (organization_id, recurring_invoice_id, period_date)
);
CREATE TABLE reminder_days (
	organization_id VARCHAR(36) NOT NULL, 
	invoice_id VARCHAR(36) NOT NULL, 
	days INTEGER NOT NULL, 
	waits_for VARCHAR(10), 
	outcome VARCHAR(10) NOT NULL, 
	email_id VARCHAR(36), 
	CONSTRAINT pk_reminder_days PRIMARY KEY (organization_id, invoice_id, days)
);
CREATE TABLE reminders (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	client_id VARCHAR(36) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_reminders PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_reminders_organization_id_client_id UNIQUE (organization_id, client_id)
);
CREATE TABLE supplier_invoices (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	seq BIGINT NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	source VARCHAR(20) NOT NULL, 
	attachment_id VARCHAR(36) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	idempotency_key VARCHAR(255), 
	number_key TEXT NOT NULL, 
	supplier_key TEXT NOT NULL, 
	vat_key TEXT NOT NULL, 
	search_supplier TEXT NOT NULL, 
	search_number TEXT NOT NULL, 
	search_file_name TEXT NOT NULL, 
	iban VARCHAR(34), 
	issue_date VARCHAR(10), 
	due_date VARCHAR(10), 
	payment_date VARCHAR(10), 
	currency VARCHAR(3), 
	total_amount_cents BIGINT, 
	payable_amount_cents BIGINT, 
	is_credit_note BOOLEAN NOT NULL, 
	is_non_financial BOOLEAN NOT NULL, 
	has_missing_data BOOLEAN NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_supplier_invoices PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_supplier_invoices_organization_id_seq UNIQUE (organization_id, seq)
);
CREATE TABLE webhook_deliveries (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	subscription_id VARCHAR(36) NOT NULL, 
	type VARCHAR(40) NOT NULL, 
	event VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	status VARCHAR(10) NOT NULL, 
	attempts INTEGER NOT NULL, 
	response_status INTEGER, 
	error TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	last_attempt_at VARCHAR(24), 
	next_attempt_at VARCHAR(24), 
	delivered_at VARCHAR(24), 
	body TEXT NOT NULL, 
	CONSTRAINT pk_webhook_deliveries PRIMARY KEY (organization_id, id)
);
CREATE TABLE webhook_subscriptions (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	principal VARCHAR(120) NOT NULL, 
	membership_id VARCHAR(36) NOT NULL, 
	callback_url VARCHAR(512) NOT NULL, 
	types TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	description VARCHAR(256) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	updated_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_webhook_subscriptions PRIMARY KEY (organization_id, id)
);
CREATE INDEX ix_attachments_organization_id_document_id ON attachments (organization_id, document_id);
CREATE INDEX ix_client_invoices_organization_id_client_id_seq ON client_invoices (organization_id, client_id, seq);
CREATE INDEX ix_client_invoices_organization_id_imported_seq ON client_invoices (organization_id, imported, seq);
CREATE INDEX ix_client_invoices_organization_id_imported_status_seq ON client_invoices (organization_id, imported, status, seq);
CREATE INDEX ix_clients_organization_id_email ON clients (organization_id, email);
CREATE INDEX ix_emails_organization_id_document_id ON emails (organization_id, document_id);
CREATE INDEX ix_events_organization_id_document_id ON events (organization_id, document_id);
CREATE INDEX ix_jobs_kind_is_dead_run_at ON jobs (kind, is_dead, run_at);
CREATE INDEX ix_clients_organization_id_search_name_id ON clients (organization_id, search_name, id);
CREATE INDEX ix_clients_organization_id_created_at_id ON clients (organization_id, created_at, id);
CREATE INDEX ix_clients_organization_id_updated_at_id ON clients (organization_id, updated_at, id);
CREATE INDEX ix_clients_organization_id_vat_number ON clients (organization_id, vat_number);
CREATE INDEX ix_clients_organization_id_tax_identification_number ON clients (organization_id, tax_identification_number);
CREATE INDEX ix_client_invoices_unpaid_of_client ON client_invoices (organization_id, client_id, due_date, id) WHERE status = 'unpaid' AND NOT imported;
CREATE INDEX ix_client_invoices_due ON client_invoices (organization_id, imported, due_date, status, seq);
CREATE INDEX ix_client_invoices_updated ON client_invoices (organization_id, imported, updated_at, status, seq);
CREATE INDEX ix_credit_notes_organization_id_client_id_seq ON credit_notes (organization_id, client_id, seq);
CREATE INDEX ix_credit_notes_organization_id_invoice_id_seq ON credit_notes (organization_id, invoice_id, seq);
CREATE INDEX ix_deposit_uses_organization_id_balance_id ON deposit_uses (organization_id, balance_id);
CREATE INDEX ix_quotes_organization_id_client_id_seq ON quotes (organization_id, client_id, seq);
CREATE INDEX ix_quotes_organization_id_status_seq ON quotes (organization_id, status, seq);
CREATE INDEX ix_supplier_invoices_due ON supplier_invoices (organization_id, status, due_date, issue_date, created_at, is_credit_note, seq);
CREATE INDEX ix_supplier_invoices_organization_id_attachment_id ON supplier_invoices (organization_id, attachment_id);
CREATE INDEX ix_supplier_invoices_organization_id_idempotency_key ON supplier_invoices (organization_id, idempotency_key);
CREATE INDEX ix_supplier_invoices_organization_id_number_key ON supplier_invoices (organization_id, number_key);
CREATE INDEX ix_supplier_invoices_organization_id_sha256 ON supplier_invoices (organization_id, sha256);
CREATE INDEX ix_supplier_invoices_organization_id_status_seq ON supplier_invoices (organization_id, status, seq);
CREATE INDEX ix_supplier_invoices_organization_id_supplier_key ON supplier_invoices (organization_id, supplier_key);
CREATE INDEX ix_supplier_invoices_organization_id_vat_key ON supplier_invoices (organization_id, vat_key);
CREATE INDEX ix_recurring_invoices_next_invoice_date_organization_id ON recurring_invoices (next_invoice_date, organization_id);
CREATE INDEX ix_recurring_invoices_organization_id_client_id ON recurring_invoices (organization_id, client_id);
CREATE INDEX ix_recurring_invoices_organization_id_created_at_id ON recurring_invoices (organization_id, created_at, id);
CREATE INDEX ix_recurring_invoices_organization_id_next_invoice_date ON recurring_invoices (organization_id, next_invoice_date);
CREATE INDEX ix_reminder_days_organization_id_waits_for ON reminder_days (organization_id, waits_for);
CREATE INDEX ix_reminder_days_waits_for_organization_id ON reminder_days (waits_for, organization_id);
CREATE INDEX ix_reminders_organization_id_created_at_id ON reminders (organization_id, created_at, id);
CREATE INDEX ix_products_organization_id_created_at_id ON products (organization_id, created_at, id);
CREATE INDEX ix_products_organization_id_search_title_id ON products (organization_id, search_title, id);
CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at);
CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (organization_id, subscription_id, status, next_attempt_at);
CREATE INDEX ix_webhook_deliveries_in_order ON webhook_deliveries (organization_id, subscription_id, created_at);
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
CREATE TRIGGER credit_notes_frozen BEFORE UPDATE ON credit_notes
        WHEN OLD.finalized_at IS NOT NULL AND (NEW.frozen IS NOT OLD.frozen OR NEW.finalized_at IS NOT OLD.finalized_at OR NEW.number IS NOT OLD.number OR NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id OR NEW.seq IS NOT OLD.seq OR NEW.public_token IS NOT OLD.public_token OR NEW.created_at IS NOT OLD.created_at)
        BEGIN SELECT RAISE(ABORT, 'a finalized document is immutable'); END;
CREATE TRIGGER credit_notes_kept BEFORE DELETE ON credit_notes
        WHEN OLD.finalized_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be deleted'); END;
CREATE TRIGGER credit_notes_not_replaced BEFORE INSERT ON credit_notes
        WHEN (EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER credit_notes_not_displaced BEFORE UPDATE OF organization_id, id, seq, number
        ON credit_notes WHEN OLD.finalized_at IS NULL AND (EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM credit_notes o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER quotes_frozen BEFORE UPDATE ON quotes
        WHEN OLD.finalized_at IS NOT NULL AND (NEW.frozen IS NOT OLD.frozen OR NEW.finalized_at IS NOT OLD.finalized_at OR NEW.number IS NOT OLD.number OR NEW.id IS NOT OLD.id OR NEW.organization_id IS NOT OLD.organization_id OR NEW.seq IS NOT OLD.seq OR NEW.public_token IS NOT OLD.public_token OR NEW.created_at IS NOT OLD.created_at)
        BEGIN SELECT RAISE(ABORT, 'a finalized document is immutable'); END;
CREATE TRIGGER quotes_kept BEFORE DELETE ON quotes
        WHEN OLD.finalized_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be deleted'); END;
CREATE TRIGGER quotes_not_replaced BEFORE INSERT ON quotes
        WHEN (EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER quotes_not_displaced BEFORE UPDATE OF organization_id, id, seq, number
        ON quotes WHEN OLD.finalized_at IS NULL AND (EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.id = NEW.id AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.seq = NEW.seq AND o.finalized_at IS NOT NULL) OR EXISTS (SELECT 1 FROM quotes o WHERE o.organization_id = NEW.organization_id AND o.number = NEW.number AND o.finalized_at IS NOT NULL))
        BEGIN SELECT RAISE(ABORT, 'a finalized document cannot be replaced'); END;
CREATE TRIGGER events_not_replaced BEFORE INSERT ON events
        WHEN EXISTS (SELECT 1 FROM events WHERE organization_id = NEW.organization_id AND id = NEW.id)
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_unchanged BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
CREATE TRIGGER events_kept BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'events are only added'); END;
COMMIT;
