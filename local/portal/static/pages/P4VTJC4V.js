import{j as a}from"./RM7QAX2N.js";import"./KYZNVOI3.js";import"./G3RNPLMO.js";import"./HUQCPK5Y.js";import"./E4USSPDP.js";import"./5CZ3TZRW.js";import"./45GWE4C6.js";export{a as default};
