"""AWS: sessions, paging, calls and answers; the one place where botocore errors become ours."""
