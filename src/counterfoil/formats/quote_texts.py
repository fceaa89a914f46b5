"""The words of a quote's public page that neither the printed quote nor an invoice's page has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuoteTexts:
    """One language's words. Braces are filled in by formats.html_quote. name_*, terms_*, reason_*: what is at fault."""

    waiting: str
    accepted: str
    declined: str
    declined_by: str
    declined_on: str
    expired: str
    expired_help: str
    answer: str
    accept: str
    name: str
    name_hint: str
    has_read: str
    accept_note: str
    accept_button: str
    decline: str
    decline_name_hint: str
    reason: str
    reason_given: str
    reason_hint: str
    decline_button: str
    thanks: str
    declined_thanks: str
    faults: str
    name_missing: str
    name_odd: str
    name_long: str
    terms_missing: str
    reason_odd: str
    reason_long: str
    changed: str
    answered: str
    not_from_here: str
    not_read: str
    missing: str
    back: str


FRENCH = QuoteTexts(
    waiting="En attente de votre réponse",
    accepted="Accepté",
    declined="Refusé",
    declined_by="Refusé par",
    declined_on="Refusé le",
    expired="Expiré",
    expired_help="Ce devis n’était valable que jusqu’au {date}. Pour en recevoir un nouveau, adressez-vous à {seller}.",
    answer="Votre réponse",
    accept="Accepter ce devis",
    name="Votre nom",
    name_hint="Prénom et nom de la personne qui accepte",
    has_read="J’ai lu ce devis et ses conditions, et je les accepte.",
    accept_note="Votre nom, l’heure et l’empreinte du document sont enregistrés avec votre accord.",
    accept_button="Accepter le devis",
    decline="Refuser ce devis",
    decline_name_hint="Prénom et nom de la personne qui refuse",
    reason="Motif (facultatif)",
    reason_given="Motif",
    reason_hint="Il est transmis à {seller}.",
    decline_button="Refuser le devis",
    thanks="Merci, votre accord est enregistré.",
    declined_thanks="Votre refus est enregistré. Merci de votre réponse.",
    faults="Votre réponse n’est pas encore enregistrée",
    name_missing="Indiquez votre nom.",
    name_odd="Le nom contient un caractère qui n’est pas permis.",
    name_long="Le nom est trop long : {limit} caractères au plus.",
    terms_missing="Cochez la case pour confirmer que vous avez lu le devis et ses conditions.",
    reason_odd="Le motif contient un caractère qui n’est pas permis.",
    reason_long="Le motif est trop long : {limit} caractères au plus.",
    changed="Ce devis a été modifié entre-temps. Relisez-le avant de répondre.",
    answered="Il n’est plus possible de répondre à ce devis ; son état actuel est affiché ici.",
    not_from_here="La réponse ne venait pas de cette page. Répondez ci-dessous.",
    not_read="La réponse n’a pas pu être lue. Répondez à nouveau ci-dessous.",
    missing="Il n’y a pas de devis à cette adresse",
    back="Revenir au devis",
)

ENGLISH = QuoteTexts(
    waiting="Waiting for your answer",
    accepted="Accepted",
    declined="Declined",
    declined_by="Declined by",
    declined_on="Declined on",
    expired="Expired",
    expired_help="This quote was only valid until {date}. For a new one, please ask {seller}.",
    answer="Your answer",
    accept="Accept this quote",
    name="Your name",
    name_hint="First and last name of the person who accepts",
    has_read="I have read this quote and its terms, and I accept them.",
    accept_note="Your name, the time and a fingerprint of the document are kept with your acceptance.",
    accept_button="Accept the quote",
    decline="Decline this quote",
    decline_name_hint="First and last name of the person who declines",
    reason="Reason (optional)",
    reason_given="Reason",
    reason_hint="It is passed on to {seller}.",
    decline_button="Decline the quote",
    thanks="Thank you, your acceptance is recorded.",
    declined_thanks="Your answer is recorded. Thank you for letting us know.",
    faults="Your answer is not recorded yet",
    name_missing="Please enter your name.",
    name_odd="The name holds a character that is not allowed.",
    name_long="The name is too long: at most {limit} characters.",
    terms_missing="Please tick the box to confirm that you have read the quote and its terms.",
    reason_odd="The reason holds a character that is not allowed.",
    reason_long="The reason is too long: at most {limit} characters.",
    changed="This quote was changed in the meantime. Please read it again before you answer.",
    answered="This quote can no longer be answered; its current state is shown here.",
    not_from_here="The answer did not come from this page. Please answer below.",
    not_read="The answer could not be read. Please answer again below.",
    missing="There is no quote at this address",
    back="Back to the quote",
)

GERMAN = QuoteTexts(
    waiting="Wartet auf Ihre Antwort",
    accepted="Angenommen",
    declined="Abgelehnt",
    declined_by="Abgelehnt von",
    declined_on="Abgelehnt am",
    expired="Abgelaufen",
    expired_help="Dieses Angebot galt nur bis zum {date}. Für ein neues wenden Sie sich bitte an {seller}.",
    answer="Ihre Antwort",
    accept="Angebot annehmen",
    name="Ihr Name",
    name_hint="Vor- und Nachname der Person, die annimmt",
    has_read="Ich habe dieses Angebot und seine Bedingungen gelesen und nehme sie an.",
    accept_note="Ihr Name, der Zeitpunkt und die Prüfsumme des Dokuments werden mit Ihrer Annahme gespeichert.",
    accept_button="Angebot annehmen",
    decline="Angebot ablehnen",
    decline_name_hint="Vor- und Nachname der Person, die ablehnt",
    reason="Grund (freiwillig)",
    reason_given="Grund",
    reason_hint="Er wird an {seller} weitergegeben.",
    decline_button="Angebot ablehnen",
    thanks="Vielen Dank, Ihre Annahme ist gespeichert.",
    declined_thanks="Ihre Ablehnung ist gespeichert. Danke für Ihre Antwort.",
    faults="Ihre Antwort ist noch nicht gespeichert",
    name_missing="Bitte geben Sie Ihren Namen an.",
    name_odd="Der Name enthält ein Zeichen, das nicht erlaubt ist.",
    name_long="Der Name ist zu lang: höchstens {limit} Zeichen.",
    terms_missing="Bitte bestätigen Sie mit dem Häkchen, dass Sie das Angebot und seine Bedingungen gelesen haben.",
    reason_odd="Der Grund enthält ein Zeichen, das nicht erlaubt ist.",
    reason_long="Der Grund ist zu lang: höchstens {limit} Zeichen.",
    changed="Dieses Angebot wurde inzwischen geändert. Bitte lesen Sie es noch einmal, bevor Sie antworten.",
    answered="Auf dieses Angebot kann nicht mehr geantwortet werden; hier steht sein jetziger Stand.",
    not_from_here="Die Antwort kam nicht von dieser Seite. Bitte antworten Sie unten.",
    not_read="Die Antwort konnte nicht gelesen werden. Bitte antworten Sie unten noch einmal.",
    missing="Unter dieser Adresse gibt es kein Angebot",
    back="Zurück zum Angebot",
)

ITALIAN = QuoteTexts(
    waiting="In attesa della sua risposta",
    accepted="Accettato",
    declined="Rifiutato",
    declined_by="Rifiutato da",
    declined_on="Rifiutato il",
    expired="Scaduto",
    expired_help="Questo preventivo era valido solo fino al {date}. Per riceverne uno nuovo si rivolga a {seller}.",
    answer="La sua risposta",
    accept="Accetta il preventivo",
    name="Il suo nome",
    name_hint="Nome e cognome della persona che accetta",
    has_read="Ho letto il preventivo e le sue condizioni e li accetto.",
    accept_note="Il suo nome, l’ora e l’impronta del documento sono conservati con l’accettazione.",
    accept_button="Accetta il preventivo",
    decline="Rifiuta il preventivo",
    decline_name_hint="Nome e cognome della persona che rifiuta",
    reason="Motivo (facoltativo)",
    reason_given="Motivo",
    reason_hint="Viene trasmesso a {seller}.",
    decline_button="Rifiuta il preventivo",
    thanks="Grazie, la sua accettazione è registrata.",
    declined_thanks="Il suo rifiuto è registrato. Grazie per la risposta.",
    faults="La sua risposta non è ancora registrata",
    name_missing="Indichi il suo nome.",
    name_odd="Il nome contiene un carattere non ammesso.",
    name_long="Il nome è troppo lungo: al massimo {limit} caratteri.",
    terms_missing="Spunti la casella per confermare di aver letto il preventivo e le sue condizioni.",
    reason_odd="Il motivo contiene un carattere non ammesso.",
    reason_long="Il motivo è troppo lungo: al massimo {limit} caratteri.",
    changed="Il preventivo è stato modificato nel frattempo. Lo rilegga prima di rispondere.",
    answered="Non è più possibile rispondere a questo preventivo; qui è mostrato il suo stato attuale.",
    not_from_here="La risposta non proveniva da questa pagina. Risponda qui sotto.",
    not_read="Non è stato possibile leggere la risposta. Risponda di nuovo qui sotto.",
    missing="A questo indirizzo non c’è nessun preventivo",
    back="Torna al preventivo",
)

SPANISH = QuoteTexts(
    waiting="A la espera de su respuesta",
    accepted="Aceptado",
    declined="Rechazado",
    declined_by="Rechazado por",
    declined_on="Rechazado el",
    expired="Caducado",
    expired_help="Este presupuesto solo era válido hasta el {date}. Para recibir uno nuevo, diríjase a {seller}.",
    answer="Su respuesta",
    accept="Aceptar este presupuesto",
    name="Su nombre",
    name_hint="Nombre y apellidos de la persona que acepta",
    has_read="He leído este presupuesto y sus condiciones, y los acepto.",
    accept_note="Su nombre, la hora y la huella del documento se guardan con su aceptación.",
    accept_button="Aceptar el presupuesto",
    decline="Rechazar este presupuesto",
    decline_name_hint="Nombre y apellidos de la persona que rechaza",
    reason="Motivo (opcional)",
    reason_given="Motivo",
    reason_hint="Se comunica a {seller}.",
    decline_button="Rechazar el presupuesto",
    thanks="Gracias, su aceptación ha quedado registrada.",
    declined_thanks="Su rechazo ha quedado registrado. Gracias por su respuesta.",
    faults="Su respuesta aún no está registrada",
    name_missing="Indique su nombre.",
    name_odd="El nombre contiene un carácter no permitido.",
    name_long="El nombre es demasiado largo: {limit} caracteres como máximo.",
    terms_missing="Marque la casilla para confirmar que ha leído el presupuesto y sus condiciones.",
    reason_odd="El motivo contiene un carácter no permitido.",
    reason_long="El motivo es demasiado largo: {limit} caracteres como máximo.",
    changed="El presupuesto se ha modificado entretanto. Vuelva a leerlo antes de responder.",
    answered="Ya no se puede responder a este presupuesto; aquí se muestra su estado actual.",
    not_from_here="La respuesta no procedía de esta página. Responda más abajo.",
    not_read="No se ha podido leer la respuesta. Responda de nuevo más abajo.",
    missing="No hay ningún presupuesto en esta dirección",
    back="Volver al presupuesto",
)

QUOTE_TEXTS: dict[str, QuoteTexts] = {"fr": FRENCH, "en": ENGLISH, "de": GERMAN, "it": ITALIAN, "es": SPANISH}
