BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0004');
CREATE TABLE approvals (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(43) NOT NULL, 
	credential_id VARCHAR(36) NOT NULL, 
	principal VARCHAR(120) NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	acts TEXT NOT NULL, 
	method VARCHAR(8) NOT NULL, 
	path TEXT NOT NULL, 
	body TEXT NOT NULL, 
	summary TEXT NOT NULL, 
	preview TEXT NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	decided_at VARCHAR(24), 
	decided_by VARCHAR(120) NOT NULL, 
	spent_at VARCHAR(24), 
	CONSTRAINT pk_approvals PRIMARY KEY (organization_id, id)
);
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
INSERT INTO "bank_accounts" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a82-76d2-87fc-c14400c02766','FR7630006000011234567890189',1,'active','2026-03-02T09:00:00.002Z','{"id":"019cadc6-9a82-76d2-87fc-c14400c02766","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","slug":"atelier-lumiere-sarl-bank-account-1","name":"Main account","iban":"FR7630006000011234567890189","bic":"AGRIFRPPXXX","account_number":"","currency":"EUR","status":"active","main":true,"is_external_account":false,"updated_at":"2026-03-02T09:00:00.002Z"}');
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
INSERT INTO "client_invoices" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a84-73d5-a0e1-3045f7202593',1,'draft',0,NULL,'019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',24000,'2026-03-02T09:00:00.004Z','2026-03-02T09:00:00.004Z',NULL,'LcqV7la5_H2-JBPKApXBtuCesMycEz_e_Ru8F4m_vVE',1,1,'{"id":"019cadc6-9a84-73d5-a0e1-3045f7202593","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","invoice_type":"standard","purchase_order":"","buyer_reference":"","e_invoicing_format":"","contact_email":"factures@atelier.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"Bonjour","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-03-02T09:00:00.004Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Lumière SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"allowance_amount":null,"charge_amount":null}],"mentions":["Catégorie de l''opération : prestation de services.","Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"draft","paid_at":"","updated_at":"2026-03-02T09:00:00.004Z","credit_notes_ids":[],"einvoicing_status":"pending","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a85-792a-b6ab-b5ddf31c7353',2,'draft',0,NULL,'019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',24000,'2026-03-02T09:00:00.005Z','2026-03-02T09:00:00.005Z',NULL,'bSXLb5rn_6s9_lNlnEFBuZdp_F13JOsLelWGhKHB_A4',1,1,'{"id":"019cadc6-9a85-792a-b6ab-b5ddf31c7353","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","invoice_type":"standard","purchase_order":"","buyer_reference":"","e_invoicing_format":"","contact_email":"factures@atelier.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-03-02T09:00:00.005Z","finalized_at":"","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Lumière SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"allowance_amount":null,"charge_amount":null}],"mentions":["Catégorie de l''opération : prestation de services.","Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"draft","paid_at":"","updated_at":"2026-03-02T09:00:00.005Z","credit_notes_ids":[],"einvoicing_status":"pending","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a86-7f7d-b994-a7a85e6d0271',3,'unpaid',0,'F-2026-001','019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',24000,'2026-03-02T09:00:00.006Z','2026-03-02T09:00:00.006Z','2026-03-02T09:00:00.006Z','UJgQvzdypTW7jIl6QoB9ve4ozhaflucL2MjA-IEhlOY',1,1,'{"id":"019cadc6-9a86-7f7d-b994-a7a85e6d0271","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","number":"F-2026-001","invoice_type":"standard","purchase_order":"","buyer_reference":"","e_invoicing_format":"","contact_email":"factures@atelier.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-03-02T09:00:00.006Z","finalized_at":"2026-03-02T09:00:00.006Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Lumière SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"allowance_amount":null,"charge_amount":null}],"mentions":["Catégorie de l''opération : prestation de services.","Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-03-02T09:00:00.006Z","credit_notes_ids":[],"einvoicing_status":"pending","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a87-7fc7-826f-39f4d4842f39',4,'unpaid',0,'F-2026-002','019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',24000,'2026-03-02T09:00:00.007Z','2026-03-02T09:00:00.007Z','2026-03-02T09:00:00.007Z','_7Z2Pl8WibWNNcbV8PP0ABXaEUIdtX2dN-jPki9WPq0',1,1,'{"id":"019cadc6-9a87-7fc7-826f-39f4d4842f39","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","number":"F-2026-002","invoice_type":"standard","purchase_order":"","buyer_reference":"","e_invoicing_format":"","contact_email":"factures@atelier.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-03-02T09:00:00.007Z","finalized_at":"2026-03-02T09:00:00.007Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"2","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Lumière SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"allowance_amount":null,"charge_amount":null}],"mentions":["Catégorie de l''opération : prestation de services.","Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-03-02T09:00:00.007Z","credit_notes_ids":[],"einvoicing_status":"pending","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
INSERT INTO "client_invoices" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a88-7229-950c-0fe6934d58ca',5,'unpaid',0,'F-2026-003','019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',12000,'2026-03-02T09:00:00.008Z','2026-03-02T09:00:00.008Z','2026-03-02T09:00:00.008Z','NbK1MzK7Dd3zPC6ooFvBO52wbDbuMww0VWpBQJN18Yc',1,1,'{"id":"019cadc6-9a88-7229-950c-0fe6934d58ca","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","number":"F-2026-003","invoice_type":"standard","purchase_order":"","buyer_reference":"","e_invoicing_format":"","contact_email":"factures@atelier.example","terms_and_conditions":"","discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","due_date":"2026-04-01","performance_date":"","performance_start_date":"","performance_end_date":"","created_at":"2026-03-02T09:00:00.008Z","finalized_at":"2026-03-02T09:00:00.008Z","stamp_duty_amount":"","items":[{"title":"Conseil","description":"","quantity":"1","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"20.00","currency":"EUR"},"total_vat_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"subtotal":{"value":"100.00","currency":"EUR"},"subtotal_cents":10000,"product_id":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"payment_methods":[{"beneficiary_name":"Atelier Lumière SARL","bic":"AGRIFRPPXXX","iban":"FR7630006000011234567890189","type":"transfer"}],"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"payment_reporting":null,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"total_amount":{"value":"120.00","currency":"EUR"},"total_amount_cents":12000,"line_total_amount":{"value":"100.00","currency":"EUR"},"line_total_amount_cents":10000,"tax_exclusive_amount":{"value":"100.00","currency":"EUR"},"tax_exclusive_amount_cents":10000,"amount_due":{"value":"120.00","currency":"EUR"},"amount_due_cents":12000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"100.00","currency":"EUR"},"taxable_amount_cents":10000,"vat_amount":{"value":"20.00","currency":"EUR"},"vat_amount_cents":2000,"allowance_amount":null,"charge_amount":null}],"mentions":["Catégorie de l''opération : prestation de services.","Pas d''escompte pour paiement anticipé.","Pénalités de retard : taux d''intérêt appliqué par la BCE à son opération de refinancement la plus récente, majoré de 10 points de pourcentage.","Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €."],"settings":{},"report_einvoicing":null,"deposits":[]}','{"status":"unpaid","paid_at":"","updated_at":"2026-03-02T09:00:00.008Z","credit_notes_ids":[],"einvoicing_status":"pending","einvoicing_lifecycle_events":[],"amount_paid":null,"deposit_amount":null,"credited_amount":null}');
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
INSERT INTO "clients" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a83-7390-8d79-6e51889f8566','client exemple','compta@client.example','','732829320','2026-03-02T09:00:00.003Z','2026-03-02T09:00:00.003Z','{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","kind":"company","type":"company","name":"Client Exemple","first_name":"","last_name":"","email":"compta@client.example","extra_emails":[],"phone_number":"","e_invoicing_address":"","e_invoicing_address_scheme":"","buyer_reference":"","e_invoicing_format":"","vat_number":"","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","province_code":"","country_code":"FR","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"},"recipient_code":"","currency":"EUR","locale":"fr","e_invoicing_reachable":false,"created_at":"2026-03-02T09:00:00.003Z","updated_at":"2026-03-02T09:00:00.003Z"}');
CREATE TABLE counters (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	year INTEGER NOT NULL, 
	first_value BIGINT NOT NULL, 
	next_value BIGINT NOT NULL, 
	last_issue_date VARCHAR(10) NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (organization_id, kind, year)
);
INSERT INTO "counters" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice',2026,1,4,'2026-03-02');
INSERT INTO "counters" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','quote',2026,1,2,'2026-03-02');
CREATE TABLE credentials (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	login VARCHAR(80), 
	name VARCHAR(80) NOT NULL, 
	scopes TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24), 
	revoked_at VARCHAR(24), id VARCHAR(36) DEFAULT '' NOT NULL, policy VARCHAR(40) DEFAULT 'never' NOT NULL, audience TEXT DEFAULT '' NOT NULL, member_id VARCHAR(36), oauth_client_id TEXT, family_id VARCHAR(36), 
	CONSTRAINT pk_credentials PRIMARY KEY (secret_hash)
);
INSERT INTO "credentials" VALUES('539b2413d0030421beb12de0714dc00c0b86660390e5565c86447c679634597b','019cadc6-9a81-76d8-a1b1-c155137913ef','atelier-lumiere-sarl','init','attachment.read attachment.write client.read client.write client_invoice.write client_invoices.read einvoicing.read offline_access openid organization.read organization.write payment_link.read payment_link.write product.read product.write supplier_invoice.read supplier_invoice.write webhook','2026-03-02T09:00:00.002Z',NULL,NULL,'019cadc6-9a82-7a84-b5ae-fd9d5d065872','never','',NULL,NULL,NULL);
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
CREATE TABLE deposit_uses (
	organization_id VARCHAR(36) NOT NULL, 
	deposit_id VARCHAR(36) NOT NULL, 
	balance_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_deposit_uses PRIMARY KEY (organization_id, deposit_id)
);
CREATE TABLE document_files (
	organization_id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	syntax VARCHAR(20) NOT NULL, 
	attachment_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_document_files PRIMARY KEY (organization_id, document_kind, document_id, kind, syntax)
);
CREATE TABLE einvoice_cursors (
	organization_id VARCHAR(36) NOT NULL, 
	network VARCHAR(20) NOT NULL, 
	cursor TEXT NOT NULL, 
	CONSTRAINT pk_einvoice_cursors PRIMARY KEY (organization_id, network)
);
CREATE TABLE einvoice_events (
	organization_id VARCHAR(36) NOT NULL, 
	event_id VARCHAR(120) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	tracking_id VARCHAR(36) NOT NULL, 
	status_code INTEGER NOT NULL, 
	occurred_at VARCHAR(24) NOT NULL, 
	received_at VARCHAR(24) NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_einvoice_events PRIMARY KEY (organization_id, event_id)
);
CREATE TABLE einvoice_submissions (
	organization_id VARCHAR(36) NOT NULL, 
	document_kind VARCHAR(20) NOT NULL, 
	document_id VARCHAR(36) NOT NULL, 
	tracking_id VARCHAR(36) NOT NULL, 
	network VARCHAR(20) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	state VARCHAR(20) NOT NULL, 
	flow_id VARCHAR(120), 
	requested_at VARCHAR(24) NOT NULL, 
	submitted_at VARCHAR(24), 
	heard_at VARCHAR(24) NOT NULL, 
	error TEXT NOT NULL, 
	CONSTRAINT pk_einvoice_submissions PRIMARY KEY (organization_id, tracking_id)
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
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a82-7764-9399-a5b4f965b183','organization','019cadc6-9a81-76d8-a1b1-c155137913ef','created','test','2026-03-02T09:00:00.002Z','{}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a83-76f3-8d73-e8617fecc28b','client','019cadc6-9a83-7390-8d79-6e51889f8566','created','test','2026-03-02T09:00:00.003Z','{}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a84-7f50-8b2b-bd17fb216cd0','client_invoice','019cadc6-9a84-73d5-a0e1-3045f7202593','created','test','2026-03-02T09:00:00.004Z','{"number": null}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a85-738d-ba58-f006223657b6','client_invoice','019cadc6-9a85-792a-b6ab-b5ddf31c7353','created','test','2026-03-02T09:00:00.005Z','{"number": null}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a86-7907-b4d0-b5e4a0691968','client_invoice','019cadc6-9a86-7f7d-b994-a7a85e6d0271','created_and_finalized','test','2026-03-02T09:00:00.006Z','{"number": "F-2026-001"}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a87-782d-a3c7-0a412cc9a233','client_invoice','019cadc6-9a87-7fc7-826f-39f4d4842f39','created_and_finalized','test','2026-03-02T09:00:00.007Z','{"number": "F-2026-002"}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a88-7ef6-8e2d-cb43c4bf4ff2','client_invoice','019cadc6-9a88-7229-950c-0fe6934d58ca','created_and_finalized','test','2026-03-02T09:00:00.008Z','{"number": "F-2026-003"}');
INSERT INTO "events" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a89-7ac2-9d11-df83b43c8117','quote','019cadc6-9a89-743c-be46-295c55ca3acd','created','test','2026-03-02T09:00:00.009Z','{"number": "D-2026-001"}');
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
INSERT INTO "jobs" VALUES('019cadc6-9a84-73d5-a0e1-3045f7202593','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "client_invoice", "document_id": "019cadc6-9a84-73d5-a0e1-3045f7202593", "version": 1}','2026-03-02T09:00:00.254Z',0,NULL,'',0,'2026-03-02T09:00:00.004Z');
INSERT INTO "jobs" VALUES('019cadc6-9a85-792a-b6ab-b5ddf31c7353','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "client_invoice", "document_id": "019cadc6-9a85-792a-b6ab-b5ddf31c7353", "version": 1}','2026-03-02T09:00:00.255Z',0,NULL,'',0,'2026-03-02T09:00:00.005Z');
INSERT INTO "jobs" VALUES('019cadc6-9a86-7f7d-b994-a7a85e6d0271','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "client_invoice", "document_id": "019cadc6-9a86-7f7d-b994-a7a85e6d0271", "version": 1}','2026-03-02T09:00:00.006Z',0,NULL,'',0,'2026-03-02T09:00:00.006Z');
INSERT INTO "jobs" VALUES('019cadc6-9a87-7fc7-826f-39f4d4842f39','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "client_invoice", "document_id": "019cadc6-9a87-7fc7-826f-39f4d4842f39", "version": 1}','2026-03-02T09:00:00.007Z',0,NULL,'',0,'2026-03-02T09:00:00.007Z');
INSERT INTO "jobs" VALUES('019cadc6-9a88-7229-950c-0fe6934d58ca','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "client_invoice", "document_id": "019cadc6-9a88-7229-950c-0fe6934d58ca", "version": 1}','2026-03-02T09:00:00.008Z',0,NULL,'',0,'2026-03-02T09:00:00.008Z');
INSERT INTO "jobs" VALUES('019cadc6-9a89-743c-be46-295c55ca3acd','019cadc6-9a81-76d8-a1b1-c155137913ef','render','{"document_kind": "quote", "document_id": "019cadc6-9a89-743c-be46-295c55ca3acd", "version": 1}','2026-03-02T09:00:00.259Z',0,NULL,'',0,'2026-03-02T09:00:00.009Z');
CREATE TABLE list_counts (
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	status VARCHAR(20) NOT NULL, 
	imported BOOLEAN NOT NULL, 
	total BIGINT NOT NULL, 
	blocks BLOB NOT NULL, 
	CONSTRAINT pk_list_counts PRIMARY KEY (organization_id, kind, status, imported)
);
INSERT INTO "list_counts" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','draft',0,2,X'02000000');
INSERT INTO "list_counts" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','unpaid',0,3,X'03000000');
INSERT INTO "list_counts" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','quote','pending_approval',0,1,X'01000000');
CREATE TABLE members (
	organization_id VARCHAR(36) NOT NULL, 
	id VARCHAR(36) NOT NULL, 
	email VARCHAR(254) NOT NULL, 
	name VARCHAR(120) NOT NULL, 
	role VARCHAR(12) NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	disabled_at VARCHAR(24), 
	CONSTRAINT pk_members PRIMARY KEY (organization_id, id), 
	CONSTRAINT uq_members_organization_id_email UNIQUE (organization_id, email)
);
CREATE TABLE oauth_clients (
	client_id TEXT NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	kind VARCHAR(12) NOT NULL, 
	secret_hash VARCHAR(64) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	document TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	fetched_at VARCHAR(24), 
	CONSTRAINT pk_oauth_clients PRIMARY KEY (client_id)
);
CREATE TABLE oauth_codes (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	client_id TEXT NOT NULL, 
	member_id VARCHAR(36) NOT NULL, 
	scopes TEXT NOT NULL, 
	policy VARCHAR(40) NOT NULL, 
	audience TEXT NOT NULL, 
	redirect_uri TEXT NOT NULL, 
	code_challenge VARCHAR(128) NOT NULL, 
	nonce TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	used_at VARCHAR(24), 
	family_id VARCHAR(36) NOT NULL, 
	CONSTRAINT pk_oauth_codes PRIMARY KEY (secret_hash)
);
CREATE TABLE oauth_refresh_tokens (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	family_id VARCHAR(36) NOT NULL, 
	client_id TEXT NOT NULL, 
	member_id VARCHAR(36) NOT NULL, 
	scopes TEXT NOT NULL, 
	policy VARCHAR(40) NOT NULL, 
	audience TEXT NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	replaced_at VARCHAR(24), 
	revoked_at VARCHAR(24), 
	CONSTRAINT pk_oauth_refresh_tokens PRIMARY KEY (secret_hash)
);
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
INSERT INTO "organizations" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','atelier-lumiere-sarl','{"legal_name":"Atelier Lumière SARL","legal_country":"FR","name":"","legal_number":"732829320","legal_form":"","legal_sector":"","legal_registration_date":"","address_line_1":"12 rue des Lilas","address_line_2":"","address_zipcode":"69003","address_city":"Lyon","address_province":"","address_country":"FR","company_leadership":"","district_court":"","commercial_register_number":"","vat_number":"FR44732829320","tax_number":"","legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"discount_conditions":"","late_payment_penalties":"","legal_fixed_compensation":"","locale":"fr","vat_regime":"standard","is_freelancer":false,"email":"factures@atelier.example","phone":"","contact_name":"","electronic_address":"","electronic_address_scheme":"","regime_fiscale":"","is_professional":false,"time_zone":"Europe/Paris","payment_terms_days":30,"accent_color":"#1f4e79","logo_attachment_id":"","numbering_mode":"automatic","einvoicing_enabled":false,"is_specimen":false}',6,'2026-03-02T09:00:00.009Z','2026-03-02T09:00:00.002Z','2026-03-02T09:00:00.002Z');
CREATE TABLE pending_uploads (
	organization_id VARCHAR(36) NOT NULL, 
	blob_ref VARCHAR(43) NOT NULL, 
	credential_id VARCHAR(36) NOT NULL, 
	file_name VARCHAR(255) NOT NULL, 
	content_type VARCHAR(100) NOT NULL, 
	size BIGINT NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	used_at VARCHAR(24), 
	CONSTRAINT pk_pending_uploads PRIMARY KEY (organization_id, blob_ref)
);
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
INSERT INTO "public_links" VALUES('LcqV7la5_H2-JBPKApXBtuCesMycEz_e_Ru8F4m_vVE','019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','019cadc6-9a84-73d5-a0e1-3045f7202593');
INSERT INTO "public_links" VALUES('bSXLb5rn_6s9_lNlnEFBuZdp_F13JOsLelWGhKHB_A4','019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','019cadc6-9a85-792a-b6ab-b5ddf31c7353');
INSERT INTO "public_links" VALUES('UJgQvzdypTW7jIl6QoB9ve4ozhaflucL2MjA-IEhlOY','019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','019cadc6-9a86-7f7d-b994-a7a85e6d0271');
INSERT INTO "public_links" VALUES('_7Z2Pl8WibWNNcbV8PP0ABXaEUIdtX2dN-jPki9WPq0','019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','019cadc6-9a87-7fc7-826f-39f4d4842f39');
INSERT INTO "public_links" VALUES('NbK1MzK7Dd3zPC6ooFvBO52wbDbuMww0VWpBQJN18Yc','019cadc6-9a81-76d8-a1b1-c155137913ef','client_invoice','019cadc6-9a88-7229-950c-0fe6934d58ca');
INSERT INTO "public_links" VALUES('ni76-RZBJm8G-NW4JXODlALqN6R3P_qUdBdJoJzSh0c','019cadc6-9a81-76d8-a1b1-c155137913ef','quote','019cadc6-9a89-743c-be46-295c55ca3acd');
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
INSERT INTO "quotes" VALUES('019cadc6-9a81-76d8-a1b1-c155137913ef','019cadc6-9a89-743c-be46-295c55ca3acd',6,'pending_approval','D-2026-001','019cadc6-9a83-7390-8d79-6e51889f8566','2026-03-02','2026-04-01',0,24000,'2026-03-02T09:00:00.009Z','2026-03-02T09:00:00.009Z',NULL,'ni76-RZBJm8G-NW4JXODlALqN6R3P_qUdBdJoJzSh0c',1,1,'{"id":"019cadc6-9a89-743c-be46-295c55ca3acd","organization_id":"019cadc6-9a81-76d8-a1b1-c155137913ef","number":"D-2026-001","contact_email":"factures@atelier.example","terms_and_conditions":"Acompte de 30 % à la commande.","header":"","footer":"","currency":"EUR","issue_date":"2026-03-02","expiry_date":"2026-04-01","created_at":"2026-03-02T09:00:00.009Z","stamp_duty_amount":"","items":[{"title":"Étude","description":"","quantity":"2","unit":"","unit_code":null,"unit_price":{"value":"100.00","currency":"EUR"},"unit_price_cents":10000,"vat_rate":"0.2","vat_exemption_reason":null,"discount":null,"total_vat":{"value":"40.00","currency":"EUR"},"total_vat_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"subtotal":{"value":"200.00","currency":"EUR"},"subtotal_cents":20000,"product_id":null,"vat_exemption_code":null}],"client":{"id":"019cadc6-9a83-7390-8d79-6e51889f8566","type":"company","name":"Client Exemple","email":"compta@client.example","tax_identification_number":"732829320","address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR","locale":"fr","billing_address":{"street_address":"4 place du Marché","city":"Nantes","zip_code":"44000","country_code":"FR"}},"organization":{"id":"019cadc6-9a81-76d8-a1b1-c155137913ef","legal_name":"Atelier Lumière SARL","legal_number":"732829320","legal_country":"FR","address_line_1":"12 rue des Lilas","address_line_2":null,"address_zipcode":"69003","address_city":"Lyon","address_country":"FR","company_leadership":null,"district_court":null,"commercial_register_number":null,"vat_number":"FR44732829320","tax_number":null,"legal_capital_share":null,"transaction_type":"services","vat_payment_condition":null,"address_province":null,"vat_regime":"standard","legal_form":null,"email":"factures@atelier.example","phone":null,"contact_name":null,"electronic_address":null,"electronic_address_scheme":null,"regime_fiscale":null,"is_professional":false},"discount":null,"welfare_fund":null,"withholding_tax":null,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"total_amount":{"value":"240.00","currency":"EUR"},"total_amount_cents":24000,"line_total_amount":{"value":"200.00","currency":"EUR"},"line_total_amount_cents":20000,"tax_exclusive_amount":{"value":"200.00","currency":"EUR"},"tax_exclusive_amount_cents":20000,"amount_due":{"value":"240.00","currency":"EUR"},"amount_due_cents":24000,"vat_breakdown":[{"vat_category":"S","vat_rate":"0.2","vat_exemption_reason":null,"vat_exemption_text":"","taxable_amount":{"value":"200.00","currency":"EUR"},"taxable_amount_cents":20000,"vat_amount":{"value":"40.00","currency":"EUR"},"vat_amount_cents":4000,"allowance_amount":null,"charge_amount":null}],"mentions":[],"settings":{}}','{"status":"pending_approval","updated_at":"2026-03-02T09:00:00.009Z","approved_at":"","canceled_at":"","invoice_ids":[],"is_sent":false,"approved_by":"","declined_by":"","decline_reason":"","document_hash":""}');
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
CREATE TABLE sessions (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	member_id VARCHAR(36) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	CONSTRAINT pk_sessions PRIMARY KEY (secret_hash)
);
CREATE TABLE sign_in_links (
	secret_hash VARCHAR(64) NOT NULL, 
	organization_id VARCHAR(36) NOT NULL, 
	member_id VARCHAR(36) NOT NULL, 
	created_at VARCHAR(24) NOT NULL, 
	expires_at VARCHAR(24) NOT NULL, 
	used_at VARCHAR(24), 
	CONSTRAINT pk_sign_in_links PRIMARY KEY (secret_hash)
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
CREATE INDEX ix_einvoice_submissions_organization_id_document_id ON einvoice_submissions (organization_id, document_id);
CREATE INDEX ix_einvoice_submissions_organization_id_state_heard_at ON einvoice_submissions (organization_id, state, heard_at);
CREATE INDEX ix_einvoice_events_organization_id_document_id_occurred_at ON einvoice_events (organization_id, document_id, occurred_at);
CREATE INDEX ix_approvals_organization_id_fingerprint ON approvals (organization_id, fingerprint);
CREATE INDEX ix_approvals_organization_id_state_expires_at ON approvals (organization_id, state, expires_at);
CREATE INDEX ix_members_email ON members (email);
CREATE INDEX ix_oauth_refresh_tokens_organization_id_family_id ON oauth_refresh_tokens (organization_id, family_id);
CREATE INDEX ix_sessions_organization_id_member_id ON sessions (organization_id, member_id);
CREATE INDEX ix_sign_in_links_organization_id_member_id ON sign_in_links (organization_id, member_id);
CREATE INDEX ix_credentials_organization_id_family_id ON credentials (organization_id, family_id);
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
