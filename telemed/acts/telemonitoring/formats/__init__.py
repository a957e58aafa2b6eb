"""Pure readers and writers: our own data files, FHIR R4, HL7 v2 PCD-01, CSV, and what is answered to a sender."""
