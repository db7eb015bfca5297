-- SPDX-License-Identifier: Apache-2.0
-- 0002: numbers are given by handover.db alone; two sources would give one twice.

DROP TABLE numbers;
