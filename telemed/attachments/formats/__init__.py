"""Reading the contents of files: by their first bytes, as pictures, as DICOM, as an ECG."""
